import "server-only";
import { type EvidenceStatement, evidenceCode } from "@/lib/audit/bundle-verifier/evidence/evidence-format";

/** The instructions that are attached to each evidence file, for a reader who has only the file. */
export function evidenceReadme(statement: EvidenceStatement): string {
  const { log, reference } = statement;
  return `Evidence ${reference}, check code ${evidenceCode(statement)}
Log ${log}

Attached are evidence.json, the signed statement, and seal.json, the signature over the other bytes of the PDF.

Check it with the program, without a server:
  sealport verify evidence ${reference}.pdf --policy FILE
FILE has the keys that you trust (sealport verify keys). Get these keys from a source other than this PDF.

Check it with standard tools. JCS is RFC 8785, base64url is without padding, SHA-256 throughout.
1. A value: base64url(JCS([salt, "group.name", value])) is text d. SHA-256(d) is in the transaction's list "digests" once.
2. The list: SHA-256("cfx1/rd|" + transaction + "|" + all digests of the list as 32 bytes each) is "rd" in the public part
   ("pub") of the entry "created_entry".
3. The transaction: SHA-256(JCS({created_at, job_id, participants, tx})) is "meta" in the same part.
4. An entry: its leaf is SHA-256(0x00 + bytes). Its "proof" is a C2SP tlog-proof: its hashes lead from the leaf to the
   root in its checkpoint (RFC 6962). One signature line of the checkpoint is by the log's key, the others by witnesses.
5. The statement: the note "${log}/evidence/1", the reference, and the base64 of SHA-256(JCS(statement)), one a line,
   is signed by "signature" with the key ${log}/receipt (C2SP signed-note).
6. The PDF: replace the 1024 bytes of seal.json in the file by spaces. The SHA-256 of the file is "digest". The note
   "${log}/evidence-file/1", the reference, and the base64 of the digest, one a line, is signed in the same way.

It does not show that the values are true. It shows that the parties sealed these values, and that the
values were shown to this person at this time under this legal authority. Legal authority, names and times are the
portal's own signed statement.
`;
}
