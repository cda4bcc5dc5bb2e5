// People: each opens a page, looks at it for a moment and opens the next, however long that takes.
'use strict';
const fs = require('fs');
const http = require('http');
const crypto = require('crypto');
const path = require('path');

const site = __dirname;
const [people, pause] = [40, 400];
const port = Number(fs.readFileSync(path.join(site, 'port'), 'utf8'));
const agent = new http.Agent({ keepAlive: true });

function visit() {
  const token = crypto.createHash('md5').update(String(1 + Math.floor(Math.random() * 400000))).digest('hex');
  const again = () => setTimeout(visit, pause * (0.5 + Math.random()));
  http.get({ host: '127.0.0.1', port, agent, path: `/visits/${token}` }, (response) => response.resume().on('end', again))
    .on('error', again);
}
for (let person = 0; person < people; person += 1) setTimeout(visit, pause * Math.random());
setInterval(() => { if (!fs.existsSync(path.join(site, 'users.js'))) process.exit(0); }, 1000);
