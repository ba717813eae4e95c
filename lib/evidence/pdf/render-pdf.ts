import "server-only";
import { emptySeal, sealPdf } from "@/lib/audit/bundle-verifier/evidence/evidence-file";
import {
  type EvidenceStatement,
  encodeEvidence,
  evidenceCode,
  type SignedEvidence,
} from "@/lib/audit/bundle-verifier/evidence/evidence-format";
import { concatAll, utf8 } from "@/lib/crypto/bytes";
import type { Drawing } from "@/lib/evidence/pdf/drawing";
import { drawFeet, drawHead } from "@/lib/evidence/pdf/head-and-feet";
import { evidenceReadme } from "@/lib/evidence/pdf/readme";
import { drawAuthority, drawChecks, drawProof, drawValues, drawWho } from "@/lib/evidence/pdf/sections";
import { Sheet } from "@/lib/evidence/pdf/sheet";
import { type EvidenceLanguage, wordsOf } from "@/lib/evidence/pdf/words";

interface Attached {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly type: string;
  readonly description: string;
  readonly relationship: "Data" | "Supplement";
}

function attach({ doc }: Sheet, { name, bytes, type, description, relationship }: Attached, at: Date): void {
  const options = { name, type, description, relationship, creationDate: at, modifiedDate: at };
  doc.file(Buffer.from(bytes), options);
}

function attachmentsOf(statement: EvidenceStatement, text: string): Attached[] {
  return [
    {
      name: "evidence.json",
      bytes: utf8(text),
      type: "application/json",
      description: "Values with salts, digests, log entries with their proofs, signed",
      relationship: "Data",
    },
    {
      name: "README.txt",
      bytes: utf8(evidenceReadme(statement)),
      type: "text/plain",
      description: "How to check this file",
      relationship: "Supplement",
    },
    {
      name: "seal.json",
      bytes: emptySeal(),
      type: "application/json",
      description: "Signature over all other bytes of this file",
      relationship: "Supplement",
    },
  ];
}

/** Ends the document and returns its bytes. */
async function bytesOf({ doc }: Sheet): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  const ended = new Promise<void>((resolve, reject) => {
    doc.on("data", (chunk: Uint8Array) => chunks.push(chunk));
    doc.on("end", resolve);
    doc.on("error", reject);
  });
  doc.end();
  await ended;
  return concatAll(chunks);
}

/** The seal is filled in after the file is finished, so its checksum, which PDF does not require, would be wrong. */
function withoutSealChecksum(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const seal = text.indexOf(Buffer.from(emptySeal()));
  const at = text.lastIndexOf("/CheckSum (", seal);
  const end = text.indexOf(")", at) + 1;
  if (at < 0 || seal - at > 400) return bytes;
  const changed = bytes.slice();
  changed.fill(0x20, at, end);
  return changed;
}

export interface RenderOptions {
  readonly language: EvidenceLanguage;
  /** Origin of the portal, for the address of the page that verifies. */
  readonly portal: string;
  readonly sign: (text: string) => Promise<string>;
}

/**
 * Draws the evidence as PDF/A-3b with its statement attached as data, and seals the file. The bytes are in memory only.
 */
export async function renderPdf(
  signed: SignedEvidence,
  { language, portal, sign }: RenderOptions,
): Promise<{ readonly bytes: Uint8Array; readonly pages: number }> {
  const { statement } = signed;
  const words = wordsOf(language);
  const madeAt = new Date(statement.made_at);
  const title = `${words.title} ${statement.reference}`;
  const sheet = new Sheet({ title, subject: evidenceCode(statement), language, madeAt });
  const drawing: Drawing = { sheet, statement, words, language, verifyAt: `${portal}/verify` };
  drawHead(drawing);
  await drawValues(drawing);
  drawAuthority(drawing);
  drawWho(drawing);
  drawProof(drawing);
  drawChecks(drawing);
  const pages = drawFeet(drawing);
  const text = encodeEvidence(signed);
  for (const file of attachmentsOf(statement, text)) attach(sheet, file, madeAt);
  const bytes = withoutSealChecksum(await bytesOf(sheet));
  const { log, reference } = statement;
  return { bytes: await sealPdf(bytes, { log, reference, statement: text }, sign), pages };
}
