import "server-only";
import { readFileSync } from "node:fs";
import { FlagdCore, MemoryStorage } from "@openfeature/flagd-core";
import {
  type EvaluationContext,
  type Logger as FeatureLogger,
  type JsonValue,
  OpenFeatureEventEmitter,
  type Provider,
  ProviderEvents,
  type ResolutionDetails,
} from "@openfeature/server-sdk";
import type { FlagSource } from "@/lib/context/flags";
import { FLAG_NAMES, forbiddenIn } from "@/lib/flags/guarded";
import type { Logger } from "@/lib/telemetry/logger";

/** How often the file is read again. */
const WATCH_MS = 1_000;
const SILENT: FeatureLogger = { error: none, warn: none, info: none, debug: none };
// Rules of the file are interpreted, so that the file cannot generate code.
const CORE_OPTIONS = { disableDynamicCodeGeneration: true };

function none(): void {
  // Empty: this class writes its own log lines, because the library's lines may contain values.
}

/** Returns the file's text; undefined where it cannot be read. */
function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function newCore(): FlagdCore {
  return new FlagdCore(new MemoryStorage(SILENT, CORE_OPTIONS), SILENT, CORE_OPTIONS);
}

/**
 * An OpenFeature provider that reads flags in flagd's form from one file, again when it changes. A file that cannot be
 * read, or that names a forbidden flag, is ignored as a whole. Each flag then has its safe value.
 */
export class FileProvider implements Provider {
  readonly metadata = { name: "sealport flag file" } as const;
  readonly runsOn = "server" as const;
  readonly events = new OpenFeatureEventEmitter();
  readonly #file: string | undefined;
  readonly #logger: Logger;
  readonly #watchMs: number;
  #core = newCore();
  #source: FlagSource = "none";
  #text: string | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(file: string | undefined, logger: Logger, watchMs = WATCH_MS) {
    this.#file = file;
    this.#logger = logger;
    this.#watchMs = watchMs;
  }

  get source(): FlagSource {
    return this.#source;
  }

  async initialize(): Promise<void> {
    const file = this.#file;
    if (file === undefined) return;
    this.#text = textOf(file);
    this.#use(this.#text);
    // Content is compared, not the file's time. So a change of a linked file is seen too, as in a mounted
    // configuration.
    this.#timer = setInterval(() => this.#look(file), this.#watchMs).unref();
  }

  async onClose(): Promise<void> {
    clearInterval(this.#timer);
  }

  #look(file: string): void {
    const text = textOf(file);
    if (text === this.#text) return;
    this.#text = text;
    this.#use(text);
    this.events.emit(ProviderEvents.ConfigurationChanged, { message: this.#source });
  }

  #use(text: string | undefined): void {
    const core = newCore();
    this.#core = newCore();
    try {
      if (text === undefined) throw new Error("no file");
      core.setConfigurations(text);
    } catch {
      this.#source = "broken";
      this.#logger.error({ alarm: "flags.broken" }, "the flag file cannot be read; safe values are used");
      return;
    }
    const names = [...core.getFlags().keys()];
    const forbidden = forbiddenIn(names);
    if (forbidden.length > 0) {
      this.#source = "refused";
      this.#logger.error(
        { alarm: "flags.refused", flags: forbidden },
        "the flag file was refused because it names forbidden flags; safe values are used",
      );
      return;
    }
    const unknown = names.filter((name) => !FLAG_NAMES.some((known) => known === name));
    if (unknown.length > 0) this.#logger.warn({ flags: unknown }, "the flag file names unknown flags");
    this.#core = core;
    this.#source = "read";
  }

  async resolveBooleanEvaluation(name: string, safe: boolean, context: EvaluationContext) {
    return this.#core.resolveBooleanEvaluation(name, safe, context, SILENT);
  }

  async resolveStringEvaluation(name: string, safe: string, context: EvaluationContext) {
    return this.#core.resolveStringEvaluation(name, safe, context, SILENT);
  }

  async resolveNumberEvaluation(name: string, safe: number, context: EvaluationContext) {
    return this.#core.resolveNumberEvaluation(name, safe, context, SILENT);
  }

  async resolveObjectEvaluation<T extends JsonValue>(
    name: string,
    safe: T,
    context: EvaluationContext,
  ): Promise<ResolutionDetails<T>> {
    return this.#core.resolveObjectEvaluation(name, safe, context, SILENT);
  }
}
