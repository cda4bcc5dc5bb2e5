# frozen_string_literal: true

class BsRequestAction::Submit < BsRequestAction
end
