import { FormatError } from "@/lib/crypto/format-error";
import { BUNDLE_FILES, type Policy } from "./claims/bundle-format";
import {
  checkFiles,
  checkManifestNote,
  isOfManifest,
  parseKeys,
  parseManifest,
  readText,
} from "./claims/read-head";
import { readWithheld } from "./claims/read-withheld";
import { openContainer, type PlacedFile } from "./container/container";
import { FilePass, lent } from "./container/file-pass";
import { jsonElements } from "./container/json-array";
import { lineBatches } from "./container/lines";
import type { ByteSource } from "./container/source";
import type { Content, Head } from "./content";
import type { Progress, VerifyOptions } from "./options";
import { EntryCheck, type GoneParts } from "./parts/check-entries";
import { PartList } from "./parts/part-list";
import { readErased, readMissing } from "./parts/read-parts";
import { ReceiptWatch } from "./receipts/receipt-watch";
import type { Findings } from "./report/report";
import { foreignKeys, keysFault } from "./tree/check-keys";
import { CheckpointReader, type TrustedCheckpoint } from "./tree/check-tree";
import { LeafStream } from "./tree/leaf-stream";
import { quorumOf, witnessKinds } from "./tree/quorum";
import { Ranges } from "./tree/ranges";
import { checkTimeStamps, type TimeStampCheck } from "./tree/time-stamp";

const NEEDED = [
  BUNDLE_FILES.manifest,
  BUNDLE_FILES.keys,
  BUNDLE_FILES.checkpoints,
  BUNDLE_FILES.leaves,
  BUNDLE_FILES.places,
  BUNDLE_FILES.entries,
];

/** One verification of a bundle. It reads every file once. */
export class Verification {
  readonly watch: ReceiptWatch;
  head: Head | undefined;
  content: Content | undefined;
  stamps: TimeStampCheck = { notes: [], newest: undefined };
  #files: ReadonlyMap<string, PlacedFile> = new Map();
  readonly #passes = new Map<string, FilePass>();
  #newestNote: string | undefined;
  #checkpoints: CheckpointReader | undefined;
  #isForeign = false;

  constructor(
    readonly source: ByteSource,
    readonly findings: Findings,
    readonly options: VerifyOptions,
  ) {
    this.watch = new ReceiptWatch((options.receipts ?? []).map(({ receipt }) => receipt));
  }

  /** Whether no key in the policy signed anything in the bundle. Then it belongs to another log, or is a forgery. */
  get isForeign(): boolean {
    return this.#isForeign;
  }

  /** Reads the bundle. Throws FormatError if it is not a bundle at all. */
  async run(): Promise<void> {
    const { policy } = this.options;
    const fault = policy === undefined ? undefined : keysFault(policy);
    if (fault !== undefined) {
      this.findings.add({ class: "keys", detail: `the policy's ${fault}` });
      return;
    }
    const files = await openContainer(this.source);
    this.#files = files;
    for (const name of NEEDED)
      if (!files.has(name)) throw new FormatError("format.bundle", `${name} is missing`, { file: name });
    const head = await this.#readHead();
    this.head = head;
    const trusted = await this.#readCheckpoints(head);
    const gone = { withheld: await this.#readWithheld(head), ...(await this.#readGoneParts(head)) };
    await this.#readEntries(head, trusted, gone);
    await this.#readRest(head, trusted);
    checkFiles(head.manifest, this.#passes, this.findings);
  }

  /** Returns a fresh reading of a file, to read part of it again. Undefined when the file is absent. */
  again(name: string): FilePass | undefined {
    const file = this.#files.get(name);
    return file === undefined ? undefined : new FilePass(this.source, file, this.options.signal);
  }

  /** Returns whether a trusted receipt key signed this file, as it is here, with the manifest. */
  isVouched(name: string): boolean {
    return this.head?.isSigned === true && isOfManifest(this.head.manifest, name, this.#passes.get(name));
  }

  file(name: string): PlacedFile | undefined {
    return this.#files.get(name);
  }

  tell(step: Progress["step"], done: number, total: number): void {
    this.options.onProgress?.({ step, done: Math.min(done, total), total });
  }

  #pass(name: string): FilePass {
    const pass = this.again(name);
    if (pass === undefined) throw new FormatError("format.bundle", `${name} is missing`, { file: name });
    this.#passes.set(name, pass);
    return pass;
  }

  /** Reports a file that cannot be read as a finding. The rest of the bundle is still checked. */
  async #attempt(step: () => Promise<unknown>): Promise<void> {
    try {
      await step();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.findings.add({ class: "container", detail: error.message });
    }
  }

  async #readHead(): Promise<Head> {
    const note = await readText(this.#pass(BUNDLE_FILES.manifest));
    const manifest = parseManifest(note);
    const own = parseKeys(await readText(this.#pass(BUNDLE_FILES.keys)));
    const policy: Policy | undefined = this.options.policy;
    const { log, receipts, witnesses, time_stamp = [] } = policy ?? own;
    const isSigned = checkManifestNote(note, receipts, this.findings);
    const keys = { log, receipts, witnesses: witnessKinds(witnesses), quorum: quorumOf(policy) };
    return { manifest, keys, certificates: time_stamp, isSigned, ownLogKeys: own.log };
  }

  async #readCheckpoints(head: Head): Promise<readonly TrustedCheckpoint[]> {
    const { manifest, keys } = head;
    const reader = new CheckpointReader(manifest.log, keys, this.findings);
    this.#checkpoints = reader;
    const pass = this.#pass(BUNDLE_FILES.checkpoints);
    this.tell("checkpoints", 0, manifest.count);
    await this.#attempt(async () => {
      for await (const note of jsonElements(pass.file.name, pass.chunks())) {
        if (typeof note !== "string")
          throw new FormatError("format.bundle", `${pass.file.name}: not a list of notes`);
        reader.read(note);
        this.#newestNote = note;
      }
    });
    const { policy } = this.options;
    if (policy !== undefined && !head.isSigned && reader.isForeign) {
      this.#isForeign = true;
      this.findings.add(foreignKeys(manifest.log, head.ownLogKeys, policy.log));
    }
    for (const note of policy?.checkpoints ?? []) reader.readOwn(note);
    return reader.finish();
  }

  /** Returns the numbers listed as withheld. Empty if they cannot be read, which is a finding. */
  async #readWithheld({ manifest }: Head): Promise<Ranges> {
    let withheld = Ranges.of(manifest.withheld);
    const { withheld_file: file, size } = manifest;
    if (file === undefined) return withheld;
    await this.#attempt(async () => {
      withheld = await readWithheld(this.#pass(BUNDLE_FILES.withheld), file, size);
    });
    return withheld;
  }

  /** Returns the parts listed as erased or missing. Empty if they cannot be read, which is a finding. */
  async #readGoneParts({ manifest }: Head): Promise<GoneParts> {
    const { erased_file: erasures, missing_file: losses, size } = manifest;
    let { erased = [] } = manifest;
    let missing = PartList.of(manifest.missing ?? []);
    await this.#attempt(async () => {
      if (erasures === undefined) return;
      erased = await readErased(this.#pass(BUNDLE_FILES.erased), { ...erasures, size });
    });
    await this.#attempt(async () => {
      if (losses === undefined) return;
      missing = await readMissing(this.#pass(BUNDLE_FILES.missing), { ...losses, size });
    });
    return { erased, missing };
  }

  async #readEntries(
    { manifest }: Head,
    trusted: readonly TrustedCheckpoint[],
    gone: GoneParts & { readonly withheld: Ranges },
  ): Promise<void> {
    const { watch, findings } = this;
    const isWatched = (this.options.receipts ?? []).length > 0;
    const see = isWatched ? (leaf: Uint8Array, seq: number) => watch.seeLeaf(leaf, seq) : undefined;
    const leaves = new LeafStream(this.#pass(BUNDLE_FILES.leaves), trusted, findings, see);
    const entries = new EntryCheck(manifest, leaves, findings, watch, gone);
    this.content = { trusted, newest: this.#checkpoints?.newest, leaves, entries };
    const pass = this.#pass(BUNDLE_FILES.entries);
    await this.#attempt(async () => {
      const chunks = pass.chunks();
      for await (const batch of lineBatches(pass.file.name, lent(chunks))) {
        await entries.take(batch);
        this.tell("entries", entries.count, manifest.count);
        if (entries.isGivenUp) break;
      }
      // The file still has a digest.
      for await (const _chunk of chunks);
      entries.finish();
    });
    await this.#attempt(() => leaves.finish());
  }

  /** Checks files that only have to be the listed ones, and time stamps. */
  async #readRest({ certificates }: Head, trusted: readonly TrustedCheckpoint[]): Promise<void> {
    const { findings } = this;
    const verify = this.options.verifyTimeStamp;
    for (const name of this.#files.keys()) {
      if (this.#passes.has(name)) continue;
      const pass = this.#pass(name);
      await this.#attempt(async () => {
        const given = { trusted, certificates, verify, findings };
        if (name === BUNDLE_FILES.timestamps) this.stamps = await checkTimeStamps(name, pass.chunks(), given);
        else if (name === BUNDLE_FILES.checkpoint) await this.#readNewest(pass);
        else await this.#drain(pass);
      });
    }
  }

  async #readNewest(pass: FilePass): Promise<void> {
    const note = await readText(pass);
    if (note === (this.#newestNote ?? "")) return;
    const why = this.#checkpoints?.judgeOther(note) ?? "";
    const detail = `${pass.file.name} is not the last checkpoint of ${BUNDLE_FILES.checkpoints}: ${why}`;
    this.findings.add({ class: "file", detail });
  }

  async #drain(pass: FilePass): Promise<void> {
    for await (const { offset } of pass.chunks()) this.tell("files", offset, pass.file.size);
  }
}
