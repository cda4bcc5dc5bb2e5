# frozen_string_literal: true

# Stands in for apache with Passenger: `apache.rb CONF` serves, `apache.rb -t CONF` checks the configuration and shows it.
# Passenger starts the application with the first request, again when restart.txt was touched, and where it does not boot
# answers 500 itself. What the application said then goes into the error log, if PassengerLogLevel is 3 or more.
require 'socket'

DIRECTIVES = %w[Listen ListenDirect DocumentRoot PassengerAppRoot PassengerLogLevel PassengerRestartFile MaintenanceFlag
                CustomLog ErrorLog].freeze

def read(path)
  File.readlines(path, chomp: true).each_with_index.reject { |line, _| line.strip.empty? || line.start_with?('#') }.to_h do |line, at|
    name, value = line.split(' ', 2)
    abort("AH00526: Syntax error on line #{at + 1} of #{path}:\nInvalid command '#{name}'") unless DIRECTIVES.include?(name) && value
    [name, value]
  end
end

if ARGV[0] == '-t'
  read(ARGV[1]).each { |name, value| puts "#{name} #{value}" }
  puts 'Syntax OK'
  exit
end

CONF = read(ARGV[0])

# The application, started and asked.
class Passenger
  def ask(line)
    start unless current?
    return unless @socket

    @socket.puts(line)
    @socket.gets || stop
  rescue SystemCallError
    stop
  end

  private

  def restarts
    File.mtime(CONF['PassengerRestartFile'])
  rescue Errno::ENOENT
    nil
  end

  def current?
    @socket && @restarts == restarts
  end

  def start
    stop
    @restarts = restarts
    @socket, theirs = UNIXSocket.pair
    rails = File.join(CONF['PassengerAppRoot'], 'bin/rails')
    said = CONF['PassengerLogLevel'].to_i >= 3 ? [CONF['ErrorLog'], 'a'] : File::NULL
    @pid = Process.spawn('ruby', rails, 'serve', '3', 3 => theirs, out: File::NULL, err: said)
    theirs.close
    stop unless @socket.gets == "ready\n"
  end

  def stop
    @socket&.close
    Process.wait(@pid) if @pid
    @socket = @pid = nil
  end
end

def reply(client, status, text)
  body = "#{text}\n"
  client.write("HTTP/1.1 #{status}\r\nContent-Type: text/plain\r\nContent-Length: #{body.bytesize}\r\nConnection: close\r\n\r\n#{body}")
end

def serve(client, past_maintenance, passenger)
  return unless client.wait_readable(5)

  line = client.gets.to_s
  method, path = line.split
  nil until client.gets.to_s.strip.empty?
  status, text =
    if !past_maintenance && File.exist?(CONF['MaintenanceFlag'])
      ['503 Service Unavailable', 'Down for maintenance, back soon.']
    else
      answer = passenger.ask("#{method} #{path}")
      answer ? ["#{answer.to_i} OK", answer.split(' ', 2).last.chomp] : ['500 Internal Server Error', "We're sorry, but something went wrong."]
    end
  reply(client, status, text)
  stamp = Time.now.strftime('%d/%b/%Y:%H:%M:%S %z')
  File.write(CONF['CustomLog'], "127.0.0.1 - - [#{stamp}] \"#{line.strip}\" #{status.to_i} #{text.bytesize + 1}\n", mode: 'a')
rescue SystemCallError
  nil # whoever asked is gone
ensure
  client.close
end

servers = %w[Listen ListenDirect].map { |name| TCPServer.new('127.0.0.1', File.exist?(CONF[name]) ? File.read(CONF[name]).to_i : 0) }
servers.zip(%w[Listen ListenDirect]) { |server, name| File.write(CONF[name], server.addr[1]) }
File.write(ENV.fetch('READY'), '')
passenger = Passenger.new
# A drill whose folder is gone leaves nothing behind.
while File.directory?(CONF['DocumentRoot'])
  ready, = IO.select(servers, nil, nil, 1)
  ready&.each { |server| serve(server.accept, server == servers.last, passenger) }
end
