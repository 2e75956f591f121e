// Serves oidc-provider, a certified OpenID provider, where obconform expects a
// bank's discovery, token endpoint and registrations:
//
//   node provider.mjs PORT CONFIGURATION
//
// CONFIGURATION is obconform's own, of whose clients it knows the first two. Two
// things are translated, since Open Banking and RFC 7591 differ in them; what
// is decided about a registration, oidc-provider decides:
//   - a registration arrives as a signed JWT: jose verifies it, and its claims
//     go on as the JSON object of RFC 7591, section 3.1;
//   - a registration is managed with a client-credentials token (R1): one of
//     oidc-provider's own goes on as the registration access token (RFC 7592,
//     section 2) of the client that it was issued to.
import { createPublicKey, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { exportJWK, generateKeyPair, jwtVerify } from 'jose'
import { Provider } from 'oidc-provider'

const [port, file] = process.argv.slice(2)
const configuration = JSON.parse(readFileSync(file, 'utf8'))
const read = (path) => readFileSync(resolve(dirname(file), path), 'utf8').trim()
const issuer = `http://127.0.0.1:${port}`
const registrations = '/open-banking/v3.2/register'
const discovery = '/.well-known/openid-configuration'

// The key that signs for all clients, as a directory would publish it.
const signingKey = createPublicKey(read(configuration.client.signingKeyFile))
const jwks = { keys: [{ ...(await exportJWK(signingKey)), kid: configuration.client.signingKeyId, use: 'sig' }] }

const client = ({ id, secret }, method) => ({
  client_id: read(id.file),
  client_secret: read(secret.file),
  token_endpoint_auth_method: method,
  jwks,
  redirect_uris: [configuration.client.redirectUri],
  grant_types: ['authorization_code', 'client_credentials', 'refresh_token'],
  response_types: ['code'],
  scope: 'openid accounts fundsconfirmations',
})

const { privateKey } = await generateKeyPair('PS256', { extractable: true })
const provider = new Provider(issuer, {
  clients: [client(configuration.client, configuration.client.authMethod), client(configuration.secondClient, 'client_secret_basic')],
  clientDefaults: { id_token_signed_response_alg: 'PS256' },
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'private_key_jwt'],
  scopes: ['openid', 'accounts', 'fundsconfirmations'],
  jwks: { keys: [{ ...(await exportJWK(privateKey)), alg: 'PS256', use: 'sig', kid: randomUUID() }] },
  enabledJWA: {
    idTokenSigningAlgValues: ['PS256'],
    requestObjectSigningAlgValues: ['PS256'],
    clientAuthSigningAlgValues: ['PS256'],
  },
  routes: { token: '/oauth2/token', jwks: '/oauth2/jwks', authorization: '/oauth2/authorize', registration: registrations },
  issueRefreshToken: async (ctx, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { ClientCredentials: 300 },
  features: {
    clientCredentials: { enabled: true },
    devInteractions: { enabled: false },
    requestObjects: { enabled: true },
    registration: { enabled: true, idFactory: () => randomUUID(), secretFactory: () => randomUUID() },
    registrationManagement: { enabled: true, rotateRegistrationAccessToken: false },
  },
})

// claims are those of a registration request that is one.
async function claims(request) {
  const { payload } = await jwtVerify(request, signingKey, {
    algorithms: ['PS256'],
    audience: issuer,
    maxTokenAge: '10 minutes',
    requiredClaims: ['iss', 'iat', 'exp', 'aud', 'jti'],
  })
  const { iss, iat, exp, aud, jti, ...metadata } = payload
  return { ...metadata, jwks }
}

provider.use(async (ctx, next) => {
  const id = ctx.path.startsWith(`${registrations}/`) ? ctx.path.slice(registrations.length + 1) : undefined
  const [scheme, token] = (ctx.get('authorization') || '').split(' ')
  const issued = id && scheme === 'Bearer' && token && (await provider.ClientCredentials.find(token))
  if (issued) {
    const access = new provider.RegistrationAccessToken({ clientId: issued.clientId })
    ctx.req.headers.authorization = `Bearer ${await access.save()}`
  }
  if (ctx.path.startsWith(registrations) && ctx.is('application/jose')) {
    try {
      ctx.req.body = { ...(await claims(await text(ctx.req))), ...(id && { client_id: id }) }
    } catch (cause) {
      ctx.status = 400
      ctx.body = { error: 'invalid_client_metadata', error_description: cause.message }
      return
    }
    ctx.req.headers['content-type'] = 'application/json'
  }
  if (ctx.path === `/open-banking/v3.0${discovery}`) {
    ctx.path = discovery
  }
  await next()
})

provider.listen(Number(port), '127.0.0.1')
