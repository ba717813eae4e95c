# The old system's construction, for comparison: X25519, HKDF and AES-GCM, without associated data, commitment or strict form. A record has
# 1 KiB and four recipients. For each input line `seal COUNT` or `open COUNT` it prints the CPU time of one call in microseconds. So its
# rounds can alternate with ours.
import base64, json, os, sys, time
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

keys = [X25519PrivateKey.generate() for _ in range(4)]
publics = [key.public_key().public_bytes_raw() for key in keys]
value = {"narrative": base64.b64encode(os.urandom(700)).decode()}


def wrapping_key(secret):
    return HKDF(SHA256(), 32, None, b"wrap").derive(secret)


def seal():
    cek, iv = os.urandom(32), os.urandom(12)
    wraps = []
    for public in publics:
        ephemeral = X25519PrivateKey.generate()
        key = wrapping_key(ephemeral.exchange(X25519PublicKey.from_public_bytes(public)))
        wrap_iv = os.urandom(12)
        sealed = wrap_iv + AESGCM(key).encrypt(wrap_iv, cek, None)
        wraps.append([base64.b64encode(part).decode() for part in (ephemeral.public_key().public_bytes_raw(), sealed)])
    return wraps, base64.b64encode(iv + AESGCM(cek).encrypt(iv, json.dumps(value).encode(), None)).decode()


def open_first(wraps, text):
    epk, sealed = (base64.b64decode(part) for part in wraps[0])
    key = wrapping_key(keys[0].exchange(X25519PublicKey.from_public_bytes(epk)))
    cek = AESGCM(key).decrypt(sealed[:12], sealed[12:], None)
    body = base64.b64decode(text)
    return json.loads(AESGCM(cek).decrypt(body[:12], body[12:], None))


wraps, text = seal()
assert open_first(wraps, text) == value
WORKS = {"seal": seal, "open": lambda: open_first(wraps, text)}
print("ready", flush=True)
for line in sys.stdin:
    name, count = line.split()
    work, count = WORKS[name], int(count)
    start = time.process_time()
    for _ in range(count):
        work()
    print((time.process_time() - start) / count * 1e6, flush=True)
