// The three services of the machine: a chat on PostgreSQL, a paste bin on MariaDB, and the monitoring, which keeps what it
// sees in MariaDB. The front page comes from a file: it is fine whatever the databases do.
'use strict';
const { execFile } = require('child_process');
const fs = require('fs');
const http = require('http');
const path = require('path');

const site = __dirname;
const read = (name) => fs.readFileSync(path.join(site, name), 'utf8').trim();
const [pg, socket, password] = [read('pg'), read('socket'), read('password')];

function client(program, args, env) {
  return new Promise((resolve, reject) => {
    execFile(program, args, { env: { ...process.env, ...env } }, (error, out, err) =>
      error ? reject(new Error(err.trim() || error.message)) : resolve(out.trim()));
  });
}
const chat = (sql) => client('psql', ['-X', '-q', '-At', '-d', pg, '-c', sql], { LC_ALL: 'C' });
const maria = (user, sql) =>
  client('mariadb', ['--no-defaults', `--socket=${socket}`, `--user=${user}`, '-N', '-e', sql], { MYSQL_PWD: password });

async function monitor() {
  await maria('zabbix', 'INSERT INTO zabbix.history (seen) VALUES (now())');
  await chat('SELECT 1');
  return 'postgresql up\nmariadb up';
}

const routes = {
  '/': async () => '<title>chat</title>',
  '/api/v4/posts': async () => `posts: ${await chat('SELECT count(*) FROM posts')}`,
  '/paste': async () => `pastes: ${await maria('privatebin', 'SELECT count(*) FROM bin.paste')}`,
  '/monitor': monitor,
};

const log = (line) => process.stdout.write(`${new Date().toISOString()} ${line}\n`);
const server = http.createServer((request, response) => {
  const route = routes[request.url];
  const finish = (status, text) => {
    log(`${request.url} ${status}`);
    response.writeHead(status, { 'Content-Type': 'text/plain' }).end(`${text}\n`);
  };
  if (!route) return finish(404, 'Not found');
  route().then((text) => finish(200, text), (error) => { log(error.message); finish(500, 'database error'); });
});
server.listen(0, '127.0.0.1', () => fs.writeFileSync(path.join(site, 'port'), String(server.address().port)));
// A drill whose folder is gone leaves nothing behind.
setInterval(() => { if (!fs.existsSync(path.join(site, 'app.js'))) process.exit(0); }, 1000);
