// What a new status of 3.4.6 consists of.
'use strict';
module.exports = (text) => ({ text });
