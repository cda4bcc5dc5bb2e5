# frozen_string_literal: true

# The class around it is named without what it inherits from. That is right as long as it was loaded before.
class BsRequestAction
  class Submit
    def initialize(attributes)
      @action = BsRequestAction.new(attributes)
    end

    def describe
      @action.describe
    end
  end
end
