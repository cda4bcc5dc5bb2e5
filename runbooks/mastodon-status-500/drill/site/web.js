// The web process: answers with the code of the release that `current` led to at the start or at the last USR2.
'use strict';
const { execFile } = require('child_process');
const crypto = require('crypto');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');

const site = process.env.SITE;
const read = (name) => fs.readFileSync(path.join(site, name), 'utf8').trim();
const database = read('database');
const token = read('token');

function log(line) {
  const [, month, day, , time] = /^\w+ (\w+) (\d+) (\d+) (\S+)/.exec(new Date().toString());
  process.stdout.write(`${month} ${day} ${time} ${os.hostname()} bundle[${process.pid}]: ${line}\n`);
}

// Runs SQL; the values stand in it as :'name' and are quoted by psql, never pasted in here.
function sql(text, values = {}) {
  const given = Object.entries(values).flatMap(([name, value]) => ['-v', `${name}=${value}`]);
  return new Promise((resolve, reject) => {
    const child = execFile('psql', ['-X', '-q', '-At', '-v', 'ON_ERROR_STOP=1', ...given, '-d', database], (error, out, err) =>
      error ? reject(new Error(err.trim() || error.message)) : resolve(out.trim()));
    child.stdin.end(text);
  });
}

let release;
async function load() {
  const folder = fs.realpathSync(path.join(site, 'current'));
  const status = require(path.join(folder, 'status.js'));
  // As Rails does: the columns of a table are read once, when the code is loaded.
  const columns = await sql("SELECT column_name FROM information_schema.columns WHERE table_name = 'statuses'");
  release = { version: path.basename(folder), status, columns: columns.split('\n') };
  log(`* Mastodon ${release.version} in production`);
}

function attributes(text) {
  const all = release.status(text);
  const unknown = Object.keys(all).find((name) => !release.columns.includes(name));
  if (unknown) throw new Error(`ActiveModel::UnknownAttributeError: unknown attribute '${unknown}' for Status.`);
  return all;
}

async function create(body) {
  const values = attributes(new URLSearchParams(body).get('status') || '');
  const names = Object.keys(values);
  const id = await sql(
    `INSERT INTO statuses (${names.join(', ')}) VALUES (${names.map((name) => `:'${name}'`).join(', ')}) RETURNING id;`, values);
  return { id };
}

async function answer(request, body) {
  const route = `${request.method} ${request.url.split('?')[0]}`;
  switch (route) {
    case 'GET /health': return [200, 'OK'];
    case 'GET /api/v1/timelines/public':
      return [200, await sql("SELECT coalesce(json_agg(t), '[]') FROM (SELECT id, text FROM statuses ORDER BY id DESC LIMIT 20) t;")];
    case 'POST /api/v1/statuses':
      if (request.headers.authorization !== `Bearer ${token}`) return [401, '{"error":"The access token is invalid"}'];
      return [200, JSON.stringify(await create(body))];
    default: return [404, '{"error":"Not Found"}'];
  }
}

const server = http.createServer((request, response) => {
  const began = process.hrtime.bigint();
  const id = crypto.randomBytes(16).toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const finish = (status, text, error) => {
    const took = (Number(process.hrtime.bigint() - began) / 1e6).toFixed(2);
    const action = request.method === 'POST' ? 'controller=Api::V1::StatusesController action=create ' : '';
    const why = error ? `error='${error.message}' ` : '';
    log(`[${id}] method=${request.method} path=${request.url.split('?')[0]} format=html ${action}status=${status} ${why}duration=${took}`);
    if (error) log(`[${id}] ${error.message.replace(/^(\S+): (.*)$/, '$1 ($2):')}`);
    response.writeHead(status, { 'Content-Type': 'application/json' }).end(`${text}\n`);
  };
  let body = '';
  request.on('data', (chunk) => { body += chunk; });
  request.on('end', () => answer(request, body).then(
    ([status, text]) => finish(status, text),
    (error) => finish(500, '{"error":"Internal Server Error"}', error)));
});

const ready = () => fs.writeFileSync(path.join(site, 'run/web.ready'), '');
const fatal = (error) => { log(error.message); process.exit(1); };
process.on('SIGUSR2', () => load().then(ready).catch(fatal));
// A drill whose folder is gone leaves nothing behind.
setInterval(() => { if (!fs.existsSync(path.join(site, 'run'))) process.exit(0); }, 1000);
load().then(() => server.listen(0, '127.0.0.1', () => {
  fs.writeFileSync(path.join(site, 'run/web.port'), String(server.address().port));
  ready();
})).catch(fatal);
