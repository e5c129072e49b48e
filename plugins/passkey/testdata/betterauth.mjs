// Has Better Auth register passkeys and sign in with them, and writes what it stored and
// accepted, with the private keys, to betterauth.json:
//
//	npm install better-auth@1.7.6 @better-auth/passkey@1.7.6 && node betterauth.mjs
import { betterAuth } from "better-auth";
import { memoryAdapter } from "better-auth/adapters/memory";
import { passkey } from "@better-auth/passkey";
import * as crypto from "node:crypto";
import { writeFileSync } from "node:fs";
import { isoCBOR } from "@simplewebauthn/server/helpers";

const rpID = "example.com", origin = "https://example.com";
const b64 = (b) => Buffer.from(b).toString("base64url");

function newKey(alg) {
	if (alg === -7) {
		const k = crypto.generateKeyPairSync("ec", { namedCurve: "P-256" });
		const j = k.publicKey.export({ format: "jwk" });
		return { ...k, cose: new Map([[1, 2], [3, -7], [-1, 1], [-2, Buffer.from(j.x, "base64url")], [-3, Buffer.from(j.y, "base64url")]]) };
	}
	if (alg === -8) {
		const k = crypto.generateKeyPairSync("ed25519");
		const j = k.publicKey.export({ format: "jwk" });
		return { ...k, cose: new Map([[1, 1], [3, -8], [-1, 6], [-2, Buffer.from(j.x, "base64url")]]) };
	}
	const k = crypto.generateKeyPairSync("rsa", { modulusLength: 2048 });
	const j = k.publicKey.export({ format: "jwk" });
	return { ...k, cose: new Map([[1, 3], [3, -257], [-1, Buffer.from(j.n, "base64url")], [-2, Buffer.from(j.e, "base64url")]]) };
}
const sign = (key, alg, data) => alg === -8 ? crypto.sign(null, data, key) : crypto.sign("sha256", data, key);
const u16 = (n) => { const b = Buffer.alloc(2); b.writeUInt16BE(n); return b; };
const u32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const head = (flags, counter) => Buffer.concat([crypto.createHash("sha256").update(rpID).digest(), Buffer.from([flags]), u32(counter)]);
const clientData = (type, challenge) => Buffer.from(JSON.stringify({ type, challenge, origin, crossOrigin: false }));

const cases = [
	{ name: "ES256, synced", alg: -7, flags: 0x1d, counter: 0, transports: ["internal", "hybrid"], aaguid: "ea9b8d664d011d213ce4b6b48cb575d4", label: "my phone" },
	{ name: "EdDSA, security key", alg: -8, flags: 0x05, counter: 7, transports: ["usb", "nfc"], aaguid: "2fc0579f811347eab116bb5a8db9202a", label: " key " },
	{ name: "RS256, without transports", alg: -257, flags: 0x05, counter: 1, aaguid: "08987058cadc4b81b6e130de50dcbe96" },
	{ name: "ES256, backup eligible", alg: -7, flags: 0x0d, counter: 41, transports: [], aaguid: "00000000000000000000000000000000" },
];

const db = { user: [], session: [], account: [], verification: [], passkey: [] };
const auth = betterAuth({
	baseURL: origin, secret: "a secret that is long enough for the tests", database: memoryAdapter(db),
	emailAndPassword: { enabled: true }, plugins: [passkey({ rpID, rpName: "Example", origin })], rateLimit: { enabled: false },
});
let jar = {};
async function call(method, path, body) {
	const r = await auth.handler(new Request(origin + "/api/auth" + path, {
		method, body: body && JSON.stringify(body),
		headers: { "content-type": "application/json", origin, cookie: Object.entries(jar).map(([k, v]) => k + "=" + v).join("; ") },
	}));
	for (const c of r.headers.getSetCookie()) { const [kv] = c.split(";"); const i = kv.indexOf("="); jar[kv.slice(0, i)] = kv.slice(i + 1); }
	const t = await r.text();
	if (!r.ok) throw new Error(path + " " + r.status + " " + t);
	return JSON.parse(t);
}
await call("POST", "/sign-up/email", { email: "ada@example.com", password: "correct horse battery", name: "Ada" });

const out = [];
for (const c of cases) {
	const key = newKey(c.alg), id = crypto.randomBytes(32);
	const options = await call("GET", "/passkey/generate-register-options");
	const authData = Buffer.concat([head(c.flags | 0x40, c.counter), Buffer.from(c.aaguid, "hex"), u16(id.length), id, isoCBOR.encode(key.cose)]);
	const client = clientData("webauthn.create", options.challenge);
	const response = {
		id: b64(id), rawId: b64(id), type: "public-key", clientExtensionResults: {}, authenticatorAttachment: "platform",
		response: { clientDataJSON: b64(client), transports: c.transports,
			attestationObject: b64(isoCBOR.encode(new Map([["fmt", "none"], ["attStmt", new Map()], ["authData", authData]]))) },
	};
	await call("POST", "/passkey/verify-registration", { response, name: c.label });
	const row = { ...db.passkey.find((p) => p.credentialID === b64(id)) };
	const signOptions = await call("GET", "/passkey/generate-authenticate-options");
	const counter = c.counter ? c.counter + 1 : 0;
	const data = head(c.flags, counter), client2 = clientData("webauthn.get", signOptions.challenge);
	const assertion = {
		id: b64(id), rawId: b64(id), type: "public-key", clientExtensionResults: {}, authenticatorAttachment: "platform",
		response: { clientDataJSON: b64(client2), authenticatorData: b64(data), userHandle: options.user.id,
			signature: b64(sign(key.privateKey, c.alg, Buffer.concat([data, crypto.createHash("sha256").update(client2).digest()]))) },
	};
	await call("POST", "/passkey/verify-authentication", { response: assertion });
	const after = db.passkey.find((p) => p.credentialID === b64(id)).counter;
	out.push({ name: c.name, label: c.label ?? "", row, userHandle: options.user.id,
		registration: { challenge: options.challenge, response }, signIn: { challenge: signOptions.challenge, response: assertion, counter: after },
		privateKey: key.privateKey.export({ type: "pkcs8", format: "der" }).toString("base64") });
}
writeFileSync("betterauth.json", JSON.stringify({ "$source": "@better-auth/passkey 1.7.6", rpID, origin, passkeys: out }, null, "\t") + "\n");
console.log(JSON.stringify(out.map((o) => ({ ...o.row, ac: o.signIn.counter })), null, 1));
