# frozen_string_literal: true

# Takes attributes out of an element of XML.
module Xmlhash
  VERSION = '1.3.7'

  def self.parse(text)
    text.scan(/(\w+)="([^"]*)"/).to_h
  end
end
