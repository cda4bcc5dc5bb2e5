# frozen_string_literal: true

class ApplicationRecord
  def initialize(attributes)
    @attributes = attributes
  end

  def [](name)
    @attributes[name]
  end
end
