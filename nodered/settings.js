// Node-RED as docker-compose.yml runs it. flows.json beside this file is the flow as shipped; Node-RED works on a copy
// of it in the volume, so that edits made in the editor last. A copy that nobody has edited follows the shipped one.
const crypto = require('crypto')
const fs = require('fs')
const path = require('path')

const data = process.env.NODERED_DATA || '/data'
const password = process.env.NODERED_PASSWORD || ''
const loopback = /^(127\.|::1$|\[::1\]$|localhost$)/.test(process.env.BIND || '127.0.0.1')

const digest = (bytes) => crypto.createHash('sha256').update(bytes).digest('hex')
const read = (file) => (fs.existsSync(file) ? fs.readFileSync(file) : null)

function layOutFlows () {
  const shipped = fs.readFileSync(path.join(__dirname, 'flows.json'))
  const flows = path.join(data, 'flows.json')
  const mark = path.join(data, '.flows.shipped')
  const current = read(flows)
  const untouched = current === null || digest(current) === String(read(mark))
  if (!untouched) return
  fs.writeFileSync(flows, shipped)
  fs.writeFileSync(mark, digest(shipped))
}

// What encrypts the credentials of your own nodes (the shipped flow has none): made once, kept beside them.
function secret () {
  const file = path.join(data, '.credential.secret')
  if (!fs.existsSync(file)) fs.writeFileSync(file, crypto.randomBytes(32).toString('hex'), { mode: 0o600 })
  return fs.readFileSync(file, 'utf8')
}

// The editor runs code: from another machine it opens with a password or not at all.
function door () {
  if (password) {
    const person = { username: 'pager', permissions: '*' }
    const same = (given) => crypto.timingSafeEqual(Buffer.from(digest(given)), Buffer.from(digest(password)))
    return {
      adminAuth: {
        type: 'credentials',
        users: async (name) => (name === person.username ? person : null),
        authenticate: async (name, given) => (name === person.username && same(given) ? person : null)
      }
    }
  }
  if (loopback) return {}
  console.warn('settings.js: the port is open to the network and NODERED_PASSWORD is not set: the editor stays shut')
  return { httpAdminRoot: false }
}

layOutFlows()

module.exports = {
  flowFile: 'flows.json',
  flowFilePretty: true,
  credentialSecret: secret(),
  uiHost: '0.0.0.0', // of the container; docker-compose.yml decides who reaches it
  uiPort: Number(process.env.PORT || 1880),
  mqttReconnectTime: 5000,
  telemetry: { enabled: false, updateNotification: false },
  diagnostics: { enabled: false, ui: false },
  functionExternalModules: false,
  editorTheme: { tours: false, page: { title: 'The Singing Pager' } },
  logging: { console: { level: 'info', metrics: false, audit: false } },
  ...door()
}
