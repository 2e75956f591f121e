// A small Open Banking client as a user of openid-client would write it: it
// lists the accounts of a customer who consents to it. It is something for
// obconform to judge, and knows nothing of obconform.
//
// BANK names the folder that 'obconform mock --credentials' writes. With BREACH=1
// it has a mistake that no bank refuses: it never deletes its consent.

import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { importPKCS8 } from "jose";
import * as oidc from "openid-client";
import { Agent, fetch } from "undici";

const file = (name) => readFileSync(join(process.env.BANK, name), "utf8");
const settings = JSON.parse(file("config.json"));
const base = settings.target.baseUrl;

const dispatcher = new Agent({ connect: { ca: file("ca.pem"), cert: file("client.pem"), key: file("client-key.pem") } });
const send = (address, options) => fetch(address, { ...options, dispatcher });

const bank = await oidc.discovery(
	new URL(`${base}/open-banking/v3.0/.well-known/openid-configuration`),
	file("client-id.txt"),
	{ client_secret: file("client-secret.txt"), id_token_signed_response_alg: "PS256" },
	oidc.ClientSecretBasic(file("client-secret.txt")),
	{ [oidc.customFetch]: send },
);

// api calls the API with the headers that each request needs.
async function api(token, method, address, body) {
	const headers = new Headers({ "x-fapi-interaction-id": randomUUID(), "x-fapi-customer-ip-address": "203.0.113.7" });
	if (body !== undefined) {
		headers.set("content-type", "application/json");
	}
	if (method !== "DELETE") {
		headers.set("accept", "application/json");
	}
	const text = body === undefined ? undefined : JSON.stringify(body);
	const answer = await oidc.fetchProtectedResource(bank, token, new URL(address), method, text, headers);
	if (!answer.ok) {
		throw new Error(`${method} ${address}: ${answer.status} ${await answer.text()}`);
	}
	return answer.status === 204 ? undefined : answer.json();
}

const own = (await oidc.clientCredentialsGrant(bank, { scope: "accounts" })).access_token;
const consents = `${base}/open-banking/v3.1/aisp/account-access-consents`;
const consent = await api(own, "POST", consents, {
	Data: { Permissions: ["ReadAccountsDetail", "ReadBalances"] },
	Risk: {},
});

try {
	const state = oidc.randomState();
	const nonce = oidc.randomNonce();
	const verifier = oidc.randomPKCECodeVerifier();
	const key = await importPKCS8(file("signing-key.pem"), "PS256");
	const address = await oidc.buildAuthorizationUrlWithJAR(
		bank,
		{
			redirect_uri: settings.client.redirectUri,
			response_type: "code",
			scope: "openid accounts",
			state,
			nonce,
			code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
			code_challenge_method: "S256",
			claims: JSON.stringify({ id_token: { openbanking_intent_id: { value: consent.Data.ConsentId, essential: true } } }),
		},
		{ key, kid: settings.client.signingKeyId },
	);
	// The mock bank consents at once, so no browser is needed.
	const redirect = await send(address, { redirect: "manual" });
	const granted = await oidc.authorizationCodeGrant(bank, new URL(redirect.headers.get("location")), {
		expectedState: state,
		expectedNonce: nonce,
		pkceCodeVerifier: verifier,
	});
	let accounts = 0;
	for (let next = `${base}/open-banking/v3.1/aisp/accounts`; next; ) {
		const page = await api(granted.access_token, "GET", next);
		accounts += page.Data.Account.length;
		next = page.Links.Next;
	}
	console.log(`${accounts} accounts`);
} finally {
	// The customer's access ends with this program.
	if (process.env.BREACH !== "1") {
		await api(own, "DELETE", `${consents}/${encodeURIComponent(consent.Data.ConsentId)}`);
	}
}
await dispatcher.close();
