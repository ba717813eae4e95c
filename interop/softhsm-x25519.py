"""Shows what SoftHSM does with X25519 keys that are made in it and stay there (docs/adr/0019).

Makes a token in its own folder, calls the module's C functions, compares each derived secret with
python3-cryptography's, and exits 0 only if all results are as first observed. Needs: softhsm2, python3-cryptography.
"""

import ctypes as c
import os
import subprocess
import sys
import tempfile

MODULE = "/usr/lib/softhsm/libsofthsm2.so"
PIN = b"73582916"
EDWARDS_GEN, MONTGOMERY_GEN, ECDH1_DERIVE = 0x1055, 0x1056, 0x1050
CKK_EC_EDWARDS, CKK_EC_MONTGOMERY, CKK_GENERIC = 0x40, 0x41, 0x10
CLASS, TOKEN, PRIVATE, VALUE, KEY_TYPE, ID = 0x0, 0x1, 0x2, 0x11, 0x100, 0x102
SENSITIVE, DERIVE, VALUE_LEN, EXTRACTABLE, NEVER_EXTRACTABLE = 0x103, 0x10C, 0x161, 0x162, 0x164
EC_PARAMS, EC_POINT = 0x180, 0x181
X25519_OID = bytes.fromhex("06032b656e")
ulong = c.c_ulong


class Attribute(c.Structure):
    _fields_ = [("type", ulong), ("value", c.c_void_p), ("length", ulong)]


class Mechanism(c.Structure):
    _fields_ = [("type", ulong), ("parameter", c.c_void_p), ("length", ulong)]


class Ecdh(c.Structure):
    _fields_ = [
        ("kdf", ulong),
        ("shared_length", ulong),
        ("shared", c.c_void_p),
        ("public_length", ulong),
        ("public", c.c_void_p),
    ]


class Token:
    def __init__(self):
        self.kept = []
        self.module = c.CDLL(MODULE)
        self.must(self.module.C_Initialize(None))
        count, slots = ulong(8), (ulong * 8)()
        self.must(self.module.C_GetSlotList(1, slots, c.byref(count)))
        self.session = ulong()
        self.must(self.module.C_OpenSession(ulong(slots[0]), ulong(6), None, None, c.byref(self.session)))
        self.must(self.module.C_Login(self.session, ulong(1), PIN, ulong(len(PIN))))

    @staticmethod
    def must(value):
        if value != 0:
            sys.exit(f"the module answered {value:#x}")

    def template(self, *pairs):
        made = (Attribute * len(pairs))()
        for place, (kind, value) in enumerate(pairs):
            if isinstance(value, bool):
                value = bytes([value])
            elif isinstance(value, int):
                value = value.to_bytes(8, "little")
            buffer = c.create_string_buffer(value, len(value))
            self.kept.append(buffer)
            made[place] = Attribute(kind, c.cast(buffer, c.c_void_p), len(value))
        return made, ulong(len(pairs))

    def generate(self, mechanism, *key_type):
        public = self.template((TOKEN, True), (EC_PARAMS, X25519_OID), (ID, b"1"), *key_type)
        secret = self.template(
            *((TOKEN, True), (PRIVATE, True), (SENSITIVE, True), (EXTRACTABLE, False), (DERIVE, True), (ID, b"1")),
            *key_type,
        )
        keys = (ulong(), ulong())
        how = Mechanism(mechanism, None, 0)
        ended = self.module.C_GenerateKeyPair(
            self.session, c.byref(how), *public, *secret, c.byref(keys[0]), c.byref(keys[1])
        )
        return ended, keys

    def read(self, handle, kind):
        buffer = c.create_string_buffer(256)
        one = Attribute(kind, c.cast(buffer, c.c_void_p), 256)
        ended = self.module.C_GetAttributeValue(self.session, handle, c.byref(one), ulong(1))
        return ended, buffer.raw[: one.length] if ended == 0 else None

    def derive(self, secret, public):
        buffer = c.create_string_buffer(public, len(public))
        parameter = Ecdh(1, 0, None, len(public), c.cast(buffer, c.c_void_p))
        how = Mechanism(ECDH1_DERIVE, c.cast(c.pointer(parameter), c.c_void_p), c.sizeof(parameter))
        wanted = self.template(
            *((CLASS, 4), (KEY_TYPE, CKK_GENERIC), (TOKEN, False), (SENSITIVE, False)),
            *((EXTRACTABLE, True), (VALUE_LEN, 32)),
        )
        made = ulong()
        ended = self.module.C_DeriveKey(self.session, c.byref(how), secret, *wanted, c.byref(made))
        return self.read(made, VALUE)[1] if ended == 0 else ended


def probe():
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

    token = Token()
    ended, (public, secret) = token.generate(EDWARDS_GEN)
    Token.must(ended)
    point = token.read(public, EC_POINT)[1]
    other = X25519PrivateKey.generate()
    theirs = other.public_key().public_bytes_raw()
    shared = other.exchange(X25519PublicKey.from_public_bytes(point[2:]))
    octets = b"\x04\x20"
    low_order = ["00" * 32, "01" + "00" * 31, "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800"]
    seen = {
        "made by the Edwards mechanism, and called an Edwards key": token.read(secret, KEY_TYPE)[1][0]
        == CKK_EC_EDWARDS,
        "not made as a Montgomery key (CKR_TEMPLATE_INCONSISTENT)": token.generate(
            EDWARDS_GEN, (KEY_TYPE, CKK_EC_MONTGOMERY)
        )[0]
        == 0xD1,
        "not made by the Montgomery mechanism (CKR_MECHANISM_INVALID)": token.generate(MONTGOMERY_GEN)[0] == 0x70,
        "its private half is not revealed (CKR_ATTRIBUTE_SENSITIVE)": token.read(secret, VALUE)[0] == 0x11,
        "it says that it never could be": token.read(secret, NEVER_EXTRACTABLE)[1] == b"\x01",
        "derives X25519 with a bare public key": token.derive(secret, theirs) == shared,
        "derives X25519 with one as an octet string": token.derive(secret, octets + theirs) == shared,
        "refuses low-order public keys (CKR_GENERAL_ERROR)": all(
            token.derive(secret, octets + bytes.fromhex(one)) == 5 for one in low_order
        ),
        "takes a public key that is not canonical": isinstance(
            token.derive(secret, octets + bytes.fromhex("f6" + "ff" * 30 + "7f")), bytes
        ),
    }
    for what, is_so in seen.items():
        print("as seen " if is_so else "OTHERWISE", what)
    return 0 if all(seen.values()) else 1


def main():
    with tempfile.TemporaryDirectory() as folder:
        config = os.path.join(folder, "softhsm2.conf")
        os.mkdir(os.path.join(folder, "tokens"))
        with open(config, "w", encoding="utf-8") as file:
            file.write(f"directories.tokendir = {folder}/tokens\nobjectstore.backend = file\nlog.level = ERROR\n")
        os.environ["SOFTHSM2_CONF"] = config
        make = ["softhsm2-util", "--init-token", "--free", "--label", "probe", "--so-pin", "31415926"]
        subprocess.run([*make, "--pin", PIN.decode()], check=True, capture_output=True)
        return probe()


if __name__ == "__main__":
    sys.exit(main())
