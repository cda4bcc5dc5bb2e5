# frozen_string_literal: true

Rails.load_paths = %w[lib app/models app/controllers app/jobs]
