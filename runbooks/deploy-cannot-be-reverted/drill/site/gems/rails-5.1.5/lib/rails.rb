# frozen_string_literal: true

# As much of Rails as decides whether an application boots: constants are loaded when they are first used and, where the
# environment says so, all at once before (`eager_load`), folder by folder in the order of `load_paths`.
module Rails
  class << self
    attr_accessor :load_paths, :eager_load
    attr_reader :root

    def boot(root)
      @root = root
      load File.join(root, 'config/application.rb')
      load File.join(root, "config/environments/#{ENV.fetch('RAILS_ENV', 'development')}.rb")
      files.each { |file| require file } if eager_load
    end

    # The file that should define a constant, as its name says.
    def file_of(name)
      path = name.gsub('::', '/').gsub(/([a-z\d])([A-Z])/, '\1_\2').downcase
      load_paths.map { |folder| File.join(root, folder, "#{path}.rb") }.find { |file| File.file?(file) }
    end

    def log(line)
      path = ENV['RAILS_LOG'] or return
      File.write(path, "#{line}\n", mode: 'a')
    end

    private

    def files
      load_paths.flat_map { |folder| Dir.glob(File.join(root, folder, '**/*.rb')) }
    end
  end
end

class Module
  # Looks where the constant was named first, and then in what is around it.
  def const_missing(name)
    scopes = equal?(Object) ? [] : self.name.split('::')
    scopes.size.downto(0) do |depth|
      full = [*scopes.first(depth), name].join('::')
      next unless Rails.root && (file = Rails.file_of(full))

      require file
      return Object.const_get(full)
    end
    raise NameError.new("uninitialized constant #{[*scopes, name].join('::')}", name)
  end
end
