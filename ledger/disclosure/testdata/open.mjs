// Opens a parcel without any code of this project: node open.mjs parcel.json key.pem
// RFC 7516 (JWE), RFC 7518 sections 4.3 and 4.6 (the two key algorithms).
import { createDecipheriv, createPrivateKey, createPublicKey, createHash, diffieHellman, privateDecrypt, constants } from "node:crypto";
import { readFileSync } from "node:fs";

const parcel = JSON.parse(readFileSync(process.argv[2]));
const privateKey = createPrivateKey(readFileSync(process.argv[3]));
const bytes = (s) => Buffer.from(s, "base64url");
const uint32 = (n) => { const b = Buffer.alloc(4); b.writeUInt32BE(n); return b; };
const framed = (s) => Buffer.concat([uint32(Buffer.byteLength(s)), Buffer.from(s)]);

function contentKey(header, encrypted) {
  if (header.alg === "RSA-OAEP-256") {
    return privateDecrypt({ key: privateKey, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" }, encrypted);
  }
  const shared = diffieHellman({ privateKey, publicKey: createPublicKey({ key: header.epk, format: "jwk" }) });
  const kek = createHash("sha256").update(Buffer.concat([ // Concat KDF, one round
    uint32(1), shared, framed(header.alg), framed(""), framed(""), uint32(256),
  ])).digest();
  const unwrap = createDecipheriv("id-aes256-wrap", kek, Buffer.alloc(8, 0xa6)); // RFC 3394
  return Buffer.concat([unwrap.update(encrypted), unwrap.final()]);
}

function open(jwe, directKey) {
  const [protectedHeader, encrypted, iv, body, tag] = jwe.split(".");
  const header = JSON.parse(bytes(protectedHeader));
  const key = directKey ?? contentKey(header, bytes(encrypted));
  const gcm = createDecipheriv("aes-256-gcm", key, bytes(iv));
  gcm.setAAD(Buffer.from(protectedHeader)).setAuthTag(bytes(tag));
  return JSON.parse(Buffer.concat([gcm.update(bytes(body)), gcm.final()]));
}

const out = {};
for (const key of open(parcel.wrapped_key).keys) {
  out[key.kid] = open(parcel.sealed[key.kid], bytes(key.k));
}
console.log(JSON.stringify(out));
