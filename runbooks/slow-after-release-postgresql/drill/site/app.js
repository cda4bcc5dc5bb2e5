// The application: a page that asks its database what the code in service asks for, through a pool of connections. Each of
// them is a client of the database, fed through a pipe.
'use strict';
const { spawn } = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');

const site = __dirname;
const { command, end, pool } = JSON.parse(fs.readFileSync(path.join(site, 'client.json'), 'utf8'));

class Connection {
  constructor() {
    this.client = spawn(command[0], command.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
    this.rest = '';
    this.lines = [];
    this.complaint = '';
    this.client.stdout.setEncoding('utf8').on('data', (text) => this.read(text));
    this.client.stderr.setEncoding('utf8').on('data', (text) => { this.complaint += text; });
    this.client.stdin.on('error', () => {});
    this.client.on('error', (error) => this.lost(error.message));
    this.client.on('close', () => this.lost(this.complaint.trim() || 'the client has ended'));
  }

  ask(sql, done) {
    this.done = done;
    this.client.stdin.write(`${sql};\n${end}\n`);
  }

  read(text) {
    const lines = (this.rest + text).split('\n');
    this.rest = lines.pop();
    for (const line of lines) {
      if (line !== '--end--') { this.lines.push(line); continue; }
      const [done, found, complaint] = [this.done, this.lines, this.complaint.trim()];
      [this.done, this.lines, this.complaint] = [null, [], ''];
      idle.push(this);
      done(complaint ? new Error(complaint) : null, found);
      next();
    }
  }

  lost(why) {
    if (this.gone) return;
    this.gone = true;
    connections -= 1;
    const at = idle.indexOf(this);
    if (at >= 0) idle.splice(at, 1);
    if (this.done) this.done(new Error(why));
    next();
  }
}

const [idle, waiting] = [[], []];
let connections = 0;
function next() {
  while (waiting.length) {
    if (!idle.length && connections < pool) { connections += 1; idle.push(new Connection()); }
    const connection = idle.pop();
    if (!connection) return;
    const { sql, done } = waiting.shift();
    connection.ask(sql, done);
  }
}

// What the code in service asks for; a deployment counts from the next request on.
const code = () => require(path.join(fs.realpathSync(path.join(site, 'current')), 'app/visits.js'));

const log = fs.createWriteStream(path.join(site, 'log/web.log'), { flags: 'a' });
const server = http.createServer((request, response) => {
  const [began, token] = [process.hrtime.bigint(), request.url.replace(/^\/visits\//, '')];
  const finish = (status, text) => {
    const took = Number((process.hrtime.bigint() - began) / 1000000n);
    log.write(`${new Date().toISOString()} GET ${request.url} ${status} in ${took} ms\n`);
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`);
  };
  if (!/^[0-9a-f]{32}$/.test(token)) return finish(404, 'Not found');
  waiting.push({ sql: code()(token), done: (error, rows) => error ? finish(500, error.message) : finish(200, rows.join('\n')) });
  next();
});
server.keepAliveTimeout = 60000;
server.listen(0, '127.0.0.1', () => fs.writeFileSync(path.join(site, 'port'), String(server.address().port)));
// A drill whose folder is gone leaves nothing behind.
setInterval(() => { if (!fs.existsSync(path.join(site, 'app.js'))) process.exit(0); }, 1000);
