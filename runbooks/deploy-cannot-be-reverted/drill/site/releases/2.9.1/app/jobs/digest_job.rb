# frozen_string_literal: true

class DigestJob
  def self.enqueue(queue)
    name = "digest-#{Process.clock_gettime(Process::CLOCK_REALTIME, :nanosecond)}"
    File.write(File.join(queue, ".#{name}"), "<digest to=\"subscribers\"/>\n")
    File.rename(File.join(queue, ".#{name}"), File.join(queue, name))
  end
end
