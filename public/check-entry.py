#!/usr/bin/env python3
"""Checks one entry of a Sealport log with nothing of Sealport's: Python's standard library and openssl.

    python3 check-entry.py LOG_KEY ENTRY PROOF      an entry and its proof, as the API gives them
    python3 check-entry.py LOG_KEY BUNDLE.zip N     entry N of an exported bundle

LOG_KEY  the log's verifier key, "name+hash+base64" (C2SP signed-note), as you were given it outside of the portal:
         from your own policy file or from another person who kept it. Not the one in a bundle, nor one that the
         portal shows when you doubt the portal: a forged log comes with forged keys.
ENTRY    answer of GET /confidential/audit/events/N, a line of entries.ndjson, or the bare bytes of the entry
PROOF    answer of GET /confidential/audit/events/N/proof (C2SP tlog-proof)

Ends with 0: the entry is in the tree that LOG_KEY signed. 1: it is not, and the output names what does not match.
2: it could not be checked. It does not check whether the entry is true, nor entries after the checkpoint. Of an answer's
other members it checks leaf, number, id, "public", and "stored" of each part. All others, such as a part's plaintext or a
person's name, are a claim of the source of the answer.
"""
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile


class Wrong(Exception):
    """Something does not fit."""


def check(holds, message):
    if not holds:
        raise Wrong(message)


def shown(text):
    """Foreign text for a terminal: what it would obey, or not show, is written out."""
    return "".join(one if one.isprintable() else ascii(one)[1:-1] for one in text)


def no_member_twice(pairs):
    """Refuses a member that is there twice: two readers could use different ones."""
    check(len({name for name, _ in pairs}) == len(pairs), "a member is there twice in one object of the JSON")
    return dict(pairs)


def same(one, other):
    """Whether both are written alike: to Python true is 1, and to a reader of JSON it is not."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def sha256(data):
    return hashlib.sha256(data).digest()


def from_base64(text, what):
    """Standard base64, or base64url without padding, in its one form; nothing else."""
    plain = text.replace("-", "+").replace("_", "/")
    plain += "=" * (-len(plain) % 4)
    try:
        data = base64.b64decode(plain, validate=True)
    except ValueError:
        data = b""
    check(base64.b64encode(data).decode() == plain, f"{what} is not base64")
    return data


def read_key(text):
    """Name, key id and public key of an Ed25519 verifier key (C2SP signed-note)."""
    match = re.fullmatch(r"([^\s+]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/=]+)", text.strip())
    check(match, "LOG_KEY is no verifier key: name+hash+base64")
    name, key_id, raw = match[1], bytes.fromhex(match[2]), from_base64(match[3], "LOG_KEY")
    check(len(raw) == 33 and raw[0] == 1, "LOG_KEY is no key for Ed25519")
    check(sha256(name.encode() + b"\n" + raw)[:4] == key_id, "LOG_KEY was mistyped: its hash is not that of its key")
    return name, key_id, raw[1:]


def read_entry(data):
    """The entry's own bytes, and what is shown with them: leaf, number, stored parts."""
    try:
        text = data.decode()
        said = json.loads(text, object_pairs_hook=no_member_twice)
    except ValueError:
        # Changed bytes need not be JSON any more; the tree tells that they are not what was signed.
        return data, {}
    if not isinstance(said, dict) or "entry" not in said:
        return data, {}
    if isinstance(said["entry"], str):
        return from_base64(said["entry"], "the entry"), said
    # In a line of entries.ndjson the bytes are the text of the member itself.
    start = len('{"entry":')
    check(text.startswith('{"entry":'), "the line does not begin with its entry")
    _, end = json.JSONDecoder().raw_decode(text, start)
    return text[start:end].encode(), said


def read_note(note):
    """Text that is signed, signature lines, and origin, size and root of a checkpoint (C2SP tlog-checkpoint)."""
    text, gap, signatures = note.partition("\n\n")
    lines = text.split("\n")
    check(gap and len(lines) >= 3 and lines[1].isdecimal(), "this is no checkpoint")
    root = from_base64(lines[2], "the root")
    check(len(root) == 32, "the root is no SHA-256")
    return (text + "\n").encode(), signatures.split("\n"), lines[0], int(lines[1]), root


def node(left, right):
    return sha256(b"\x01" + left + right)


def root_from_proof(leaf, index, size, hashes):
    """RFC 9162 section 2.1.3.2: the root that a leaf and its neighbours give."""
    check(index < size, "the proof is for an entry beyond its tree")
    fn, sn, root = index, size - 1, leaf
    for neighbour in hashes:
        check(sn != 0, "the proof has too many neighbours")
        if fn & 1 or fn == sn:
            root = node(neighbour, root)
            while not fn & 1 and fn != 0:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = node(root, neighbour)
        fn, sn = fn >> 1, sn >> 1
    check(sn == 0, "the proof has too few neighbours")
    return root


def root_from_leaves(leaves):
    """RFC 6962 section 2.1: whole trees of two to the power of n leaves, put together from the right."""
    whole = []
    for at, leaf in enumerate(leaves):
        whole.append(leaf)
        while at & 1:
            right = whole.pop()
            whole.append(node(whole.pop(), right))
            at >>= 1
    check(whole, "the tree is empty")
    root = whole.pop()
    while whole:
        root = node(whole.pop(), root)
    return root


def check_signature(signed, lines, key):
    """Ed25519 by openssl, over the checkpoint's text, under LOG_KEY and no other key."""
    name, key_id, public = key
    found = [line.split(" ")[2] for line in lines if line.startswith(f"\u2014 {name} ") and line.count(" ") == 2]
    blobs = [blob for blob in (from_base64(one, "a signature") for one in found) if blob[:4] == key_id]
    check(blobs, "LOG_KEY did not sign this checkpoint")
    check(holds(public, signed, blobs[0][4:]), "the signature over the checkpoint is not valid under LOG_KEY")


def holds(public, signed, signature):
    """What openssl says of an Ed25519 signature."""
    # The twelve bytes that every Ed25519 SubjectPublicKeyInfo begins with (RFC 8410).
    der = bytes.fromhex("302a300506032b6570032100") + public
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for file, data in (("key.der", der), ("text", signed), ("signature", signature)):
            paths[file] = os.path.join(folder, file)
            with open(paths[file], "wb") as out:
                out.write(data)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey", paths["key.der"]]
        command += ["-rawin", "-in", paths["text"], "-sigfile", paths["signature"]]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def check_openssl():
    """RFC 8032 section 7.1, TEST 2, and the same over another text: one that knows neither says nothing of any other."""
    public = bytes.fromhex("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")
    signature = bytes.fromhex(
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )
    if not holds(public, b"\x72", signature) or holds(public, b"\x73", signature):
        raise NotImplementedError("this openssl cannot check Ed25519 signatures; OpenSSL 3 can")


def check_shown(leaf, said, index):
    """Leaf and number that are shown with an entry."""
    for shown in (said[name] for name in ("leaf_hash", "leaf") if name in said):
        check(from_base64(shown, "the leaf") == leaf, "the entry's bytes do not give the leaf shown with them")
    check(same(said.get("seq", index), index), f"this is entry {said.get('seq')}, and the proof is for entry {index}")


def check_inside(entry, said, origin):
    """What the entry itself says: its log, what is shown of it in the clear, and the digests of the parts that are here."""
    own = json.loads(entry)
    check(own.get("log") == origin, "the entry is of another log than the checkpoint")
    check(same(said.get("public", own), own), 'what "public" shows of the entry is not what its bytes say')
    check(same(said.get("entry_id", own.get("id")), own.get("id")), "the id shown with the entry is not its own")
    bound = {one["c"]: one["d"] for one in own.get("sealed", [])}
    parts = [part for part in said.get("parts", []) if "stored" in part]
    for part in parts:
        digest = sha256(from_base64(part["stored"], "a part"))
        fits = part["c"] in bound and from_base64(bound[part["c"]], "a digest") == digest
        check(fits, f"part {part['c']} is not the one that the entry binds")
    if parts:
        them = "it" if len(parts) == 1 else "them"
        print(f'parts      {len(parts)} as the entry binds {them}, not opened: "plaintext" was not checked')


def from_files(entry_file, proof_file):
    """Bytes, what is shown with them, number, note, and how the leaf leads to the root."""
    with open(entry_file, "rb") as file:
        entry, said = read_entry(file.read())
    with open(proof_file, encoding="utf-8", newline="") as file:
        head, gap, note = file.read().partition("\n\n")
    lines = [line for line in head.split("\n") if not line.startswith("extra ")]
    form = gap and len(lines) >= 2 and lines[0] == "c2sp.org/tlog-proof@v1"
    check(form and re.fullmatch(r"index (0|[1-9][0-9]*)", lines[1]), "this is no tlog-proof")
    index = int(lines[1][len("index "):])
    hashes = [from_base64(line, "a neighbour") for line in lines[2:]]
    check(all(len(one) == 32 for one in hashes), "a neighbour is no SHA-256")
    return entry, said, index, note, lambda leaf, size: root_from_proof(leaf, index, size, hashes)


def from_bundle(bundle, index):
    """The same for a bundle, which has all leaves next to the entries."""
    with zipfile.ZipFile(bundle) as files:
        for one in files.infolist():
            # What was exported is stored as it is; compressed, it could be longer than any memory.
            check(one.compress_type == zipfile.ZIP_STORED, f"the bundle was repacked: {one.filename} is compressed")
        check(len(set(files.namelist())) == len(files.namelist()), "a file occurs twice in the bundle")
        note = files.read("checkpoint.txt").decode()
        leaves = [from_base64(line, "a leaf") for line in files.read("leaves.txt").decode().split()]
        check(all(len(one) == 32 for one in leaves), "a leaf is no SHA-256")
        end = f'"seq":{index}}}\n'.encode()
        with files.open("entries.ndjson") as lines:
            # Read to its end, where the file's CRC is compared.
            found = [one for one in lines if one.endswith(end)]
    check(found, f"entry {index} is not in this bundle")
    check(len(found) == 1, f"entry {index} occurs twice in this bundle")
    entry, said = read_entry(found[0])

    def root(leaf, size):
        check(size <= len(leaves), "the bundle has fewer leaves than its checkpoint covers")
        check(index < size and leaves[index] == leaf, f"the entry's bytes do not give leaf {index} of leaves.txt")
        return root_from_leaves(leaves[:size])

    return entry, said, index, note, root


def main(arguments):
    if len(arguments) != 3 or shutil.which("openssl") is None:
        print(__doc__ if len(arguments) != 3 else "openssl is not installed", file=sys.stderr)
        return 2
    try:
        key = read_key(arguments[0])
        is_bundle = arguments[1].endswith(".zip") and arguments[2].isdecimal()
        source = from_bundle(arguments[1], int(arguments[2])) if is_bundle else from_files(*arguments[1:])
        entry, said, index, note, root_of = source
        signed, lines, origin, size, root = read_note(note)
        leaf = sha256(b"\x00" + entry)
        print(f"leaf       {base64.b64encode(leaf).decode()}  SHA-256(0x00 || {len(entry)} bytes), base64")
        check_shown(leaf, said, index)
        check(root_of(leaf, size) == root, "leaf and neighbours do not give the root of the checkpoint")
        print(f"root       {base64.b64encode(root).decode()}  of {size} entries, base64")
        check(origin == key[0], f"the checkpoint is of the log {origin}, LOG_KEY of {key[0]}")
        check_openssl()
        check_signature(signed, lines, key)
        print(f"signature  by {arguments[0].strip()}, checked by openssl")
        check_inside(entry, said, origin)
    except (Wrong, zipfile.BadZipFile) as wrong:
        print(f"WRONG: {shown(str(wrong))}.")
        return 1
    except Exception as error:
        # Also what is nested too deep, too long, encrypted: nothing of it was shown to be wrong.
        print(f"NOT CHECKED: {shown(str(error))} ({type(error).__name__})", file=sys.stderr)
        return 2
    print(f"OK: entry {index} is in the log {origin}, as signed.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
