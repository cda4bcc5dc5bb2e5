// Whose visit it was is read by number.
'use strict';
module.exports = (token) => `SELECT id, name FROM accounts WHERE id = ${1 + (parseInt(token.slice(0, 6), 16) % 2000)}`;
