// A visit is found by its token.
'use strict';
module.exports = (token) => `SELECT id, account_id FROM events WHERE token = '${token}'`;
