import type { Input } from "@/lib/api-client/operation";
import type { attachAuthorization, changeRequest, createRequest } from "@/lib/api-client/operations/access";
import { notAfterLast } from "@/lib/days";
import { type Answers, endOfDay, type FormOptions, instantOf } from "./answers";
import { READABLE_FACTS, readingOf } from "./read-facts";

export type CreateBody = Input<typeof createRequest>["body"];
export type ChangeBody = Input<typeof changeRequest>["body"];
export type FactsBody = Input<typeof attachAuthorization>["body"];

const DAY_MS = 86_400_000;

function queryOf(answers: Answers) {
  const [job, participant] = [answers.job.trim(), answers.participant.trim()];
  const from = instantOf(answers.createdFrom);
  const lastDay = instantOf(answers.createdTo);
  return {
    ...(job === "" ? {} : { job_id: job }),
    ...(participant === "" ? {} : { participant }),
    ...(from === undefined ? {} : { from }),
    ...(lastDay === undefined ? {} : { to: notAfterLast(Date.parse(lastDay) + DAY_MS).toISOString() }),
  };
}

/** The query for the list of transactions; undefined while it has no condition. */
export function searchOf(answers: Answers): ReturnType<typeof queryOf> | undefined {
  const query = queryOf(answers);
  return Object.keys(query).length === 0 ? undefined : query;
}

function targetOf(answers: Answers): Pick<CreateBody, "transactions" | "query"> | undefined {
  if (answers.target === "ids")
    return answers.ids.length === 0 ? undefined : { transactions: [...answers.ids] };
  const query = searchOf(answers);
  return query === undefined ? undefined : { query };
}

/** The requested end: that of the legal authority, once it is known, or another time. */
export function untilOf(answers: Answers): string | undefined {
  return answers.end === "order" ? endOfDay(answers.validUntil) : instantOf(answers.until);
}

function viewsOf(answers: Answers): number | undefined {
  const text = answers.maxViews.trim();
  const views = Number(text);
  return /^\d{1,5}$/.test(text) && views >= 1 && views <= 10_000 ? views : undefined;
}

function exportsOf(answers: Answers): number | undefined {
  const text = answers.maxExports.trim();
  return /^\d{1,3}$/.test(text) && Number(text) <= 100 ? Number(text) : undefined;
}

/** The body that files this draft; undefined while the server would not accept it. */
export function createBodyOf(answers: Answers, options: FormOptions, nowMs: number): CreateBody | undefined {
  const { purpose, fields } = answers;
  const justification = answers.justification.trim();
  const target = targetOf(answers);
  const views = viewsOf(answers);
  const exports = exportsOf(answers);
  if (purpose === "" || justification === "" || fields.length === 0) return undefined;
  if (target === undefined || views === undefined || exports === undefined) return undefined;
  const from = answers.begin === "date" ? instantOf(answers.from) : undefined;
  const until = untilOf(answers);
  // An end that has passed, or is before the beginning, is a fault at its control and not sent.
  const isGoodEnd =
    until !== undefined &&
    Date.parse(until) > nowMs &&
    (from === undefined || Date.parse(from) < Date.parse(until));
  const legalBasis = answers.legalBasis.trim();
  return {
    purpose,
    justification,
    ...(legalBasis === "" ? {} : { legal_basis: legalBasis }),
    ...target,
    fields: [...fields],
    level: options.level === "masked" ? "masked" : answers.level,
    ...(from === undefined ? {} : { from }),
    ...(isGoodEnd ? { until } : {}),
    max_views: views,
    ...(answers.coViewers.length === 0 ? {} : { co_viewers: [...answers.coViewers] }),
    max_exports: exports,
  };
}

/** The same for an existing draft. Removed values are null. */
export function changeBodyOf(body: CreateBody): ChangeBody {
  return {
    ...body,
    legal_basis: body.legal_basis ?? null,
    from: body.from ?? null,
    until: body.until ?? null,
    co_viewers: body.co_viewers ?? [],
  };
}

/** The facts of the legal authority; undefined while one is missing or its days contradict each other. */
export function factsOf(answers: Answers): FactsBody | undefined {
  const { kind, jurisdiction, validFrom, validUntil } = answers;
  const [issuer, caseNumber] = [answers.issuer.trim(), answers.caseNumber.trim()];
  if (kind === "" || issuer === "" || caseNumber === "" || jurisdiction === "") return undefined;
  if (endOfDay(validFrom) === undefined || endOfDay(validUntil) === undefined) return undefined;
  if (validFrom > validUntil) return undefined;
  const [basis, until] = [answers.sealedBasis.trim(), answers.sealedUntil];
  const recognition = answers.recognitionBasis.trim();
  const isSealed = answers.sealed === "yes";
  if (answers.sealed === "" || (isSealed && (basis === "" || until === ""))) return undefined;
  return {
    issuer,
    jurisdiction,
    kind,
    case_number: caseNumber,
    valid_from: validFrom,
    valid_until: validUntil,
    ...(recognition === "" ? {} : { recognition_basis: recognition }),
    ...(isSealed ? { sealed: { basis, until } } : {}),
    ...(answers.use === "once" ? { single_use: true } : {}),
    sources: Object.fromEntries(
      READABLE_FACTS.map(([name, member]) => [member, sourceOf(readingOf(answers, name))]),
    ),
  };
}

function sourceOf(reading: ReturnType<typeof readingOf>): "typed" | "confirmed" | "read" {
  if (reading === undefined) return "typed";
  return reading.isConfirmed ? "confirmed" : "read";
}
