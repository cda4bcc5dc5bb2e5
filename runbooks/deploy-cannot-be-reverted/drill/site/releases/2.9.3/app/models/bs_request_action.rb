# frozen_string_literal: true

# Something that a request asks for.
class BsRequestAction < ApplicationRecord
  def describe
    "#{self[%q(type)]} from #{self[%q(source)]}"
  end
end
