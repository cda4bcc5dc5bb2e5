# frozen_string_literal: true

Rails.eager_load = true
