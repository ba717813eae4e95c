# Opens our envelopes with jwcrypto alone, then seals the same contents in the form of docs/formats/envelope.md.
import hashlib, hmac, importlib.metadata, json, os, pathlib, sys
from jwcrypto import jwe, jwk
from jwcrypto.common import base64url_encode

work = pathlib.Path(sys.argv[1])
ours = json.loads((work / "ours.json").read_text())
print("     | jwcrypto", importlib.metadata.version("jwcrypto"))


def expect(what, is_true):
    print("ok  " if is_true else "FAIL", what)
    if not is_true:
        sys.exit(1)


def opens(envelope, key):
    """The plaintext, whichever recipient it is that the key belongs to."""
    token = jwe.JWE()
    token.deserialize(json.dumps(envelope), jwk.JWK(**key))
    return token.payload


def is_refused(envelope, key):
    try:
        opens(envelope, key)
        return False
    except jwe.InvalidJWEData:
        return True


def padded_length(length):
    length = max(256, length)
    exponent = length.bit_length() - 1
    low_bits = exponent - exponent.bit_length()
    return -(-length >> low_bits) << low_bits


def canonical(value):
    return json.dumps(value, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def seal(scene):
    context, cek = scene["context"], os.urandom(32)
    apu = "cfx1|tx={tx}|grp={group}|ep={ep}|gen={gen}".format(**context)
    cmt = base64url_encode(hmac.new(cek, b"cfx1/commit|" + apu.encode(), hashlib.sha256).digest())
    cfx = {"v": 1, "tx": context["tx"], "grp": context["group"], "ep": context["ep"], "gen": context["gen"]}
    header = {"alg": "ECDH-ES+A256KW", "enc": "A256GCM", "typ": "cfx+jwe"}
    header["cfx"] = {**cfx, "cmt": cmt, "rd": context["rd"]}
    text = canonical(scene["content"]).encode()
    token = jwe.JWE(text.ljust(padded_length(len(text))), protected=canonical(header))
    token.cek = cek
    for kid, key in scene["keys"].items():
        public = jwk.JWK(kty=key["kty"], crv=key["crv"], x=key["x"])
        token.add_recipient(public, json.dumps({"kid": kid, "apu": base64url_encode(apu), "apv": base64url_encode(kid)}))
    return json.loads(token.serialize())


theirs = []
for number, scene in enumerate(ours):
    for kid, key in scene["keys"].items():
        plaintext = opens(scene["envelope"], key)
        expect(f"envelope {number} is opened for {kid}", json.loads(plaintext) == scene["content"])
        expect(f"envelope {number} is padded for {kid}", len(plaintext) == padded_length(len(plaintext.rstrip(b" "))))
    stranger = json.loads(jwk.JWK.generate(kty="OKP", crv="X25519").export())
    expect(f"envelope {number} is not opened by a stranger's key", is_refused(scene["envelope"], stranger))
    changed = {**scene["envelope"], "tag": base64url_encode(os.urandom(16))}
    expect(f"envelope {number} is not opened with another tag", is_refused(changed, key))
    theirs.append(seal(scene))
(work / "theirs.json").write_text(json.dumps(theirs))
