// What a new status of 3.5.1 consists of: the order of its media is kept, so that an edit can be told from the original.
'use strict';
module.exports = (text) => ({ text, ordered_media_attachment_ids: '{}' });
