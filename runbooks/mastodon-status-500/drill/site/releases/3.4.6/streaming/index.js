// The streaming service: answers on the port it had before, if it had one.
'use strict';
const fs = require('fs');
const http = require('http');
const path = require('path');

const run = path.join(process.env.SITE, 'run');
const portFile = path.join(run, 'streaming.port');
const port = fs.existsSync(portFile) ? Number(fs.readFileSync(portFile, 'utf8')) : 0;
const server = http.createServer((request, response) => {
  const known = request.url === '/api/v1/streaming/health';
  response.writeHead(known ? 200 : 404, { 'Content-Type': 'text/plain' }).end(known ? 'OK\n' : 'Not found\n');
});
server.listen(port, '127.0.0.1', () => {
  fs.writeFileSync(portFile, String(server.address().port));
  fs.writeFileSync(path.join(run, 'streaming.ready'), '');
});
// A drill whose folder is gone leaves nothing behind.
setInterval(() => { if (!fs.existsSync(run)) process.exit(0); }, 1000);
