import { expect, it } from "vitest";
import { RecoveryRefused } from "@/lib/audit/recovery/recover-log";
import { SignerStoreDamaged } from "@/lib/audit/signer/signed-copy";
import { WitnessStoreDamaged } from "@/lib/audit/witness/head-file";
import { FormatError } from "@/lib/crypto/format-error";
import { DomainError } from "@/lib/errors";
import { explainFailure } from "@/lib/launch/failure";

const ofServer = (code: string, message: string) =>
  Object.assign(new Error(message), { code, severity: "ERROR" });
const ofSystem = (code: string) => Object.assign(new Error(code), { code, syscall: "open" });

it.each([
  [new RecoveryRefused("the root does not come out"), "the root does not come out"],
  [new SignerStoreDamaged("the store belongs to another log"), "the store belongs to another log"],
  [new WitnessStoreDamaged("the store cannot be read"), "the store cannot be read"],
  [new FormatError("format.note", "no signature"), "The input has an invalid format: no signature."],
  [new DomainError("custodian.refused", { detail: "No." }), "No."],
  [
    ofServer("42501", "permission denied for table audit_head"),
    "The database login lacks a right that this command needs: permission denied for table audit_head.",
  ],
  [ofServer("23505", "Key (email)=(ada@example.org)"), "The database refused: database failure Error 23505."],
  [ofServer("57P01", "terminating connection"), expect.stringContaining("The database cannot be reached")],
  [ofSystem("EPERM"), expect.stringContaining("cannot be written by this user")],
  [ofSystem("ENOENT"), undefined],
  [new TypeError("x is undefined"), undefined],
])("a refusal is one line without a value, and a fault of the program has none: %s", (error, line) => {
  expect(explainFailure(error)).toEqual(line);
});
