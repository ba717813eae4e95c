import { constants, createHmac, createPublicKey, verify } from "node:crypto";
import { expect, it } from "vitest";
import { fromUtf8 } from "../bytes";
import { FormatError } from "../format-error";
import type { SignedMessage } from "./components";
import { readSignature, signatureBase } from "./signature-base";

// RFC 9421 appendix B: its messages, keys, bases and signatures. Our calls accept only Ed25519. The other vectors, with
// Node's own RSA-PSS, ECDSA and HMAC, show that our base is the standard's.
const RSA_PSS = `MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAr4tmm3r20Wd/PbqvP1s2+QEtvpuRaV8Yq40gjUR8y2Rjxa6dpG2GXHbPfvMs8ct+Lh1GH45x28Rw3Ry53mm+oAXjyQ86OnDkZ5N8lYbggD4O3w6M6pAvLkhk95AndTrifbIFPNU8PPMO7OyrFAHqgDsznjPFmTOtCEcN2Z1FpWgchwuYLPL+Wokqltd11nqqzi+bJ9cvSKADYdUAAN5WUtzdpiy6LbTgSxP7ociU4Tn0g5I6aDZJ7A8Lzo0KSyZYoA485mqcO0GVAdVw9lq4aOT9v6d+nb4bnNkQVklLQ3fVAvJm+xdDOp9LCNCN48V2pnDOkFV6+U9nV5oyc6XI2wIDAQAB`;
const P256 = `MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lfw0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ==`;
const ED25519 = `MCowBQYDK2VwAyEAJrQLj5P/89iXES9+vFgrIy29clF9CC/oPPsw3c5D0bs=`;
const SHARED = `uzvJfB4u3N0Jy4T7NZ75MDVcr8zSTInedJtkgcu46YW4XByzNJjxBdtjUkdJPBtbmHhIDi6pcl8jsasjlTMtDQ==`;
const REQUEST_DIGEST = `sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:`;
const ANSWER_DIGEST = `sha-512=:mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:`;

/** A message whose headers a test may copy. */
type Sent = SignedMessage & { readonly headers: Headers };

const request: Sent = {
  method: "POST",
  url: "https://example.com/foo?param=Value&Pet=dog",
  headers: new Headers({
    date: "Tue, 20 Apr 2021 02:07:55 GMT",
    "content-type": "application/json",
    "content-digest": REQUEST_DIGEST,
    "content-length": "18",
  }),
};
const answer: Sent = {
  ...request,
  status: 200,
  headers: new Headers({
    date: "Tue, 20 Apr 2021 02:07:56 GMT",
    "content-type": "application/json",
    "content-digest": ANSWER_DIGEST,
    "content-length": "23",
  }),
};

const spki = (text: string) =>
  createPublicKey({ key: Buffer.from(text, "base64"), format: "der", type: "spki" });
type Check = (base: Uint8Array, signature: Uint8Array) => boolean;
const rsaPss: Check = (base, signature) =>
  verify(
    "sha512",
    base,
    { key: spki(RSA_PSS), padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 64 },
    signature,
  );
const p256: Check = (base, signature) =>
  verify("sha256", base, { key: spki(P256), dsaEncoding: "ieee-p1363" }, signature);
const ed25519: Check = (base, signature) => verify(null, base, spki(ED25519), signature);
const hmac: Check = (base, signature) =>
  createHmac("sha256", Buffer.from(SHARED, "base64")).update(base).digest().equals(signature);

const DATE = '"date": Tue, 20 Apr 2021 02:07:55 GMT';
const VECTORS: readonly (readonly [string, Sent, Check, string, string, readonly string[]])[] = [
  [
    "b21",
    request,
    rsaPss,
    '();created=1618884473;keyid="test-key-rsa-pss";nonce="b3k2pp5k7z-50gnwp.yemd"',
    "d2pmTvmbncD3xQm8E9ZV2828BjQWGgiwAaw5bAkgibUopemLJcWDy/lkbbHAve4cRAtx31Iq786U7it++wgGxbtRxf8Udx7zFZsckzXaJMkA7ChG52eSkFxykJeNqsrWH5S+oxNFlD4dzVuwe8DhTSja8xxbR/Z2cOGdCbzR72rgFWhzx2VjBqJzsPLMIQKhO4DGezXehhWwE56YCE+O6c0mKZsfxVrogUvA4HELjVKWmAvtl6UnCh8jYzuVG5WSb/QEVPnP5TmcAnLH1g+s++v6d4s8m0gCw1fV5/SITLq9mhho8K3+7EPYTU8IU1bLhdxO5Nyt8C8ssinQ98Xw9Q==",
    [],
  ],
  [
    "b22",
    request,
    rsaPss,
    '("@authority" "content-digest" "@query-param";name="Pet");created=1618884473;keyid="test-key-rsa-pss";tag="header-example"',
    "LjbtqUbfmvjj5C5kr1Ugj4PmLYvx9wVjZvD9GsTT4F7GrcQEdJzgI9qHxICagShLRiLMlAJjtq6N4CDfKtjvuJyE5qH7KT8UCMkSowOB4+ECxCmT8rtAmj/0PIXxi0A0nxKyB09RNrCQibbUjsLS/2YyFYXEu4TRJQzRw1rLEuEfY17SARYhpTlaqwZVtR8NV7+4UKkjqpcAoFqWFQh62s7Cl+H2fjBSpqfZUJcsIk4N6wiKYd4je2U/lankenQ99PZfB4jY3I5rSV2DSBVkSFsURIjYErOs0tFTQosMTAoxk//0RoKUqiYY8Bh0aaUEb0rQl3/XaVe4bXTugEjHSw==",
    ['"@authority": example.com', `"content-digest": ${REQUEST_DIGEST}`, '"@query-param";name="Pet": dog'],
  ],
  [
    "b23",
    request,
    rsaPss,
    '("date" "@method" "@path" "@query" "@authority" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-rsa-pss"',
    "bbN8oArOxYoyylQQUU6QYwrTuaxLwjAC9fbY2F6SVWvh0yBiMIRGOnMYwZ/5MR6fb0Kh1rIRASVxFkeGt683+qRpRRU5p2voTp768ZrCUb38K0fUxN0O0iC59DzYx8DFll5GmydPxSmme9v6ULbMFkl+V5B1TP/yPViV7KsLNmvKiLJH1pFkh/aYA2HXXZzNBXmIkoQoLd7YfW91kE9o/CCoC1xMy7JA1ipwvKvfrs65ldmlu9bpG6A9BmzhuzF8Eim5f8ui9eH8LZH896+QIF61ka39VBrohr9iyMUJpvRX2Zbhl5ZJzSRxpJyoEZAFL2FUo5fTIztsDZKEgM4cUA==",
    [
      DATE,
      '"@method": POST',
      '"@path": /foo',
      '"@query": ?param=Value&Pet=dog',
      '"@authority": example.com',
      '"content-type": application/json',
      `"content-digest": ${REQUEST_DIGEST}`,
      '"content-length": 18',
    ],
  ],
  [
    "b24",
    answer,
    p256,
    '("@status" "content-type" "content-digest" "content-length");created=1618884473;keyid="test-key-ecc-p256"',
    "wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==",
    [
      '"@status": 200',
      '"content-type": application/json',
      `"content-digest": ${ANSWER_DIGEST}`,
      '"content-length": 23',
    ],
  ],
  [
    "b25",
    request,
    hmac,
    '("date" "@authority" "content-type");created=1618884473;keyid="test-shared-secret"',
    "pxcQw6G3AjtMBQjwo8XzkZf/bws5LelbaMk5rGIGtE8=",
    [DATE, '"@authority": example.com', '"content-type": application/json'],
  ],
  [
    "b26",
    request,
    ed25519,
    '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;keyid="test-key-ed25519"',
    "wqcAqbmYJ2ji2glfAMaRy4gruYYnx2nEFN2HN6jrnDnQCK1u02Gb04v9EDgwUPiu4A0w6vuQv5lIp5WPpBKRCw==",
    [
      DATE,
      '"@method": POST',
      '"@path": /foo',
      '"@authority": example.com',
      '"content-type": application/json',
      '"content-length": 18',
    ],
  ],
];

it.each(VECTORS)(
  "RFC 9421 appendix B.2, sig-%s: base and signature match",
  (name, message, check, input, signature, lines) => {
    const headers = new Headers({
      "signature-input": `sig-${name}=${input}`,
      signature: `sig-${name}=:${signature}:`,
    });
    const read = readSignature(headers);
    const base = signatureBase(message, read);
    expect(fromUtf8(base)).toBe([...lines, `"@signature-params": ${input}`].join("\n"));
    expect(check(base, read.signature)).toBe(true);
    const other = { ...message, headers: new Headers([...message.headers, ["content-length", "19"]]) };
    if (lines.some((line) => line.startsWith('"content-length"')))
      expect(check(signatureBase(other, read), read.signature)).toBe(false);
  },
);

it("RFC 9421 appendix B.4: a signature survives the allowed changes by a proxy and no others", () => {
  const read = readSignature(
    new Headers({
      "signature-input":
        'transform=("@method" "@path" "@authority" "accept");created=1618884473;keyid="test-key-ed25519"',
      signature:
        "transform=:ZT1kooQsEHpZ0I1IjCqtQppOmIqlJPeo7DHR3SoMn0s5JZ1eRGS0A+vyYP9t/LXlh5QMFFQ6cpLt2m0pmj3NDA==:",
    }),
  );
  const holds = (method: string, url: string, accept: readonly string[]) => {
    const headers = new Headers(accept.map((value): [string, string] => ["accept", value]));
    return ed25519(signatureBase({ method, url, headers }, read), read.signature);
  };
  const url = "https://example.org/demo?name1=Value1&Name2=value2";
  expect(holds("GET", url, ["application/json", "*/*"])).toBe(true);
  expect(holds("GET", `${url}&param=added`, ["application/json, */*"])).toBe(true);
  expect(holds("POST", url.replace("org", "com"), ["application/json", "*/*"])).toBe(false);
  expect(holds("GET", url, ["*/*", "application/json"])).toBe(false);
});

it("a query parameter's name with an invalid encoding is refused without a crash", () => {
  const read = readSignature(
    new Headers({ "signature-input": 's=("@query-param";name="%");created=1', signature: "s=:AAAA:" }),
  );
  const message = { method: "GET", url: "https://example.org/?a=1", headers: new Headers() };
  expect(() => signatureBase(message, read)).toThrow(FormatError);
});
