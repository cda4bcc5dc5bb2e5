# frozen_string_literal: true

class MainController
  VERSION = '2.9.3'

  def self.answer(method, path)
    Rails.log("Started #{method} \"#{path}\" at #{Time.now.utc.strftime('%F %T +0000')}")
    action = BsRequestAction::Submit.new(Xmlhash.parse('<action type="submit" source="home:me"/>'))
    Rails.log('Completed 200 OK')
    [200, "Open Build Service #{VERSION}: #{action.describe}"]
  end
end
