# frozen_string_literal: true

class BsRequestActionSubmit < BsRequestAction
end
