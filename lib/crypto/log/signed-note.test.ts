import { describe, expect, it } from "vitest";
import { fromBase64, fromHex, toBase64, utf8 } from "../bytes";
import { FormatError } from "../format-error";
import { ed25519PublicKey, randomBytes, sha256 } from "../primitives";
import * as notes from "./signed-note";

const seed = randomBytes(32);
const name = "log.example.test/sealport";
const key = notes.vkey(name, ed25519PublicKey(seed));
const witnessSeed = randomBytes(32);
const witness = notes.cosignerVkey("witness.example.test", ed25519PublicKey(witnessSeed));
const text = notes.checkpointText({ origin: name, size: 7, rootHash: sha256() });
const note = notes.signNote(text, [{ name, seed }]);

describe("signed notes", () => {
  it("our reader opens the published example of Go's note package (PeterNeumann)", () => {
    const peter = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    const example =
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n" +
      "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    expect(notes.openNote(example, [peter]).verified).toEqual([{ name: "PeterNeumann", vkey: peter }]);
    expect(() => notes.openNote(example.replace("problem is", "problem was"), [peter])).toThrow(
      "is not valid",
    );
  });

  it("a repeated signature line adds nothing", () => {
    const line = note.slice(text.length + 1);
    const again = notes.openNote(note + line.repeat(50), [key]);
    expect(again).toEqual(notes.openNote(note, [key]));
    expect(notes.openNote(note + line.repeat(50), []).ignored).toHaveLength(1);
  });

  it("notes open from text or bytes, unknown keys are ignored, and known ones are named", () => {
    expect(notes.openNote(note, [key])).toEqual({ text, verified: [{ name, vkey: key }], ignored: [] });
    expect(notes.openNote(utf8(note), [key]).verified.length).toBe(1);
    expect(notes.openNote(note, [witness])).toMatchObject({ verified: [], ignored: [expect.any(String)] });
    expect(
      notes.openNote(`${note + notes.noteSignatureLine(name, randomBytes(32), text)}\n`, [key]),
    ).toMatchObject({
      verified: [{ name }],
      ignored: [expect.any(String)],
    });
  });

  it("a note is rejected when a known key's line fails, though another line of it is valid", () => {
    const line = notes.noteSignatureLine(name, seed, text);
    const bytes = fromBase64(line.split(" ")[2] ?? "");
    for (let index = 4; index < bytes.length; index++) {
      const bad = toBase64(bytes.map((byte, at) => (at === index ? byte ^ 1 : byte)));
      expect(() => notes.openNote(`${note}— ${name} ${bad}\n`, [key])).toThrow("is not valid");
    }
  });

  it("a note in any other form is refused", () => {
    const bad = [
      "",
      "\n",
      text,
      `${text}\n`,
      note.slice(0, -1),
      note.replace("— ", "- "),
      note.replace("\n7\n", "\n7\r\n"),
      note.replace("\n7\n", "\n7\t\n"),
      `${note}\n`,
      `${note}— ${name} AAAA\n`,
      `${note}— ${name}  ${toBase64(randomBytes(68))}\n`,
      `${note}— a+b ${toBase64(randomBytes(68))}\n`,
      `${note}— ${name} ${toBase64(randomBytes(68))} \n`,
      note.replace(name, `${name}\ud800`),
    ];
    for (const form of bad) expect(() => notes.openNote(form, [key])).toThrow(FormatError);
    expect(() => notes.openNote(fromHex("ff0a0a"), [key])).toThrow(FormatError);
  });

  it("a note with 10,000 signature lines or more than a million bytes is refused before verification", () => {
    const line = `${notes.noteSignatureLine(name, seed, text)}\n`;
    expect(() => notes.openNote(`${text}\n${line.repeat(100)}`, [key])).not.toThrow();
    expect(() => notes.openNote(`${text}\n${line.repeat(101)}`, [key])).toThrow("too many");
    expect(() => notes.openNote(`${text}\n${line.repeat(10_000)}`, [key])).toThrow("too");
    expect(() => notes.openNote(`${"a".repeat(1_000_001)}\n${note}`, [key])).toThrow("too long");
  });

  it("verifier keys have only one form", () => {
    expect(notes.parseVkey(key)).toMatchObject({ name, type: 1, publicKey: ed25519PublicKey(seed) });
    expect(notes.parseVkey(witness).type).toBe(4);
    const [, id = "", encoded = ""] = key.split("+");
    const bad = [
      "",
      `x+${id}+${encoded}`,
      `${name}+00000000+${encoded}`,
      `${key}=`,
      key.replace("+A", "+B"),
      `${key}\n`,
    ];
    for (const form of bad) expect(() => notes.parseVkey(form)).toThrow(FormatError);
    expect(() => notes.vkey("with space", ed25519PublicKey(seed))).toThrow(FormatError);
  });
});

describe("cosignatures", () => {
  const line = notes.cosignatureLine("witness.example.test", witnessSeed, text, 1_700_000_000);

  it("a cosignature is valid for its text and key and carries its time", () => {
    expect(notes.verifyCosignature(witness, line, text)).toEqual({ ok: true, timestamp: 1_700_000_000 });
    expect(notes.openNote(`${note}${line}\n`, [key, witness]).verified).toEqual([
      { name, vkey: key },
      { name: "witness.example.test", vkey: witness, timestamp: 1_700_000_000 },
    ]);
  });

  it("a cosignature fails for another text, key, time or kind of key", () => {
    expect(notes.verifyCosignature(witness, line, text.replace("7", "8"))).toEqual({ ok: false });
    expect(notes.verifyCosignature(key, line, text)).toEqual({ ok: false });
    expect(notes.verifyCosignature(witness, "nonsense", text)).toEqual({ ok: false });
    const bytes = fromBase64(line.split(" ")[2] ?? "");
    for (let index = 0; index < bytes.length; index++) {
      const bad = toBase64(bytes.map((byte, at) => (at === index ? byte ^ 1 : byte)));
      expect(notes.verifyCosignature(witness, `— witness.example.test ${bad}`, text)).toEqual({ ok: false });
    }
  });
});

describe("checkpoints", () => {
  it("a checkpoint reads as it was written, including extension lines", () => {
    expect(notes.parseCheckpoint(text)).toEqual({
      origin: name,
      size: 7,
      rootHash: sha256(),
      extensions: [],
    });
    expect(notes.parseCheckpoint(`${text}more\n`).extensions).toEqual(["more"]);
  });

  it("a checkpoint in any other form is refused", () => {
    const root = toBase64(sha256());
    const bad = [
      "",
      `\n7\n${root}\n`,
      `o\n07\n${root}\n`,
      `o\n-1\n${root}\n`,
      `o\n9007199254740993\n${root}\n`,
      `o\n7\n${root}`,
      `o\n7\n${root.slice(0, -1)}\n`,
      `o\n7\n${toBase64(new Uint8Array(31))}\n`,
      `o\n7\n${root}\n\nx\n`,
      "o\n7\n",
    ];
    for (const form of bad) expect(() => notes.parseCheckpoint(form)).toThrow(FormatError);
    expect(() => notes.checkpointText({ origin: "a\nb", size: 1, rootHash: sha256() })).toThrow(FormatError);
  });
});
