import Link from "next/link";
import { useTranslations } from "next-intl";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { isMaskedOnly, mayBeOpened, openingCallOf } from "@/components/opening/opening-call";
import { OpenGrantButton } from "@/components/opening/opening-host";
import { ButtonLink } from "@/components/ui/button-link";
import { Digest } from "@/components/ui/digest";
import { LocalTime } from "@/components/ui/local-time";
import { Section } from "@/components/ui/section";
import { Table } from "@/components/ui/table";
import { Tag } from "@/components/ui/tag";
import type { GrantDetail } from "@/lib/access/grants/schema";
import type { Principal } from "@/lib/context/principal";
import { GROUP_NAMES, type GroupName } from "@/lib/word-lists";

const OVER: readonly GrantDetail["state"][] = ["revoked", "expired", "exhausted"];

/** How far a grant reaches one field: its glyph, and the key of its words in `grants.fields`. */
interface FieldReach {
  readonly state: "sealed" | "masked" | "opened";
  readonly words: "others" | "masked" | "full" | "maskedOver" | "fullOver";
}

/** Returns what a grant opens of a field. After its end the field is sealed and the words are in the past tense. */
export function fieldReach(
  grant: Pick<GrantDetail, "state" | "fields" | "masked_fields">,
  group: GroupName,
): FieldReach {
  if (!grant.fields.includes(group)) return { state: "sealed", words: "others" };
  const isMasked = grant.masked_fields.includes(group);
  if (OVER.includes(grant.state)) return { state: "sealed", words: isMasked ? "maskedOver" : "fullOver" };
  return isMasked ? { state: "masked", words: "masked" } : { state: "opened", words: "full" };
}

type Job = GrantDetail["jobs"][number];

/** When each transaction was last opened under the grant. */
function openedAt(grant: GrantDetail): ReadonlyMap<string, string> {
  const done = grant.openings.filter((one) => one.outcome === "done");
  return new Map(done.toReversed().map((one) => [one.transaction_id, one.at]));
}

/** The grant's transactions, each with the way to its page. */
export function TransactionsSection({ grant, principal }: { grant: GrantDetail; principal: Principal }) {
  const t = useTranslations("grants.transactions");
  const opened = openedAt(grant);
  const { role, name: personName } = principal;
  const opens = { grantId: grant.id, via: openingCallOf(role), personName };
  const more = grant.transactions.length - grant.jobs.length;
  return (
    <Section title={t("title")} count={grant.transactions.length}>
      <Table<Job>
        caption={t("caption")}
        rows={grant.jobs}
        rowKey={(job) => job.transaction_id}
        href={(job) => `/transactions/${job.transaction_id}`}
        columns={[
          { key: "job", head: t("job"), isTitle: true, cell: (job) => job.job_id },
          {
            key: "id",
            head: t("id"),
            cell: (job) => <Digest value={job.transaction_id} label={job.job_id} />,
          },
          {
            key: "opened",
            head: t("opened"),
            cell: (job) => {
              const at = opened.get(job.transaction_id);
              return at === undefined ? (
                <Tag tone="plain" glyph={<SealGlyph state="sealed" size={14} />}>
                  {t("notOpened")}
                </Tag>
              ) : (
                <Tag tone="accent" glyph={<SealGlyph state="opened" size={14} />}>
                  <LocalTime instant={at} form="minute" />
                </Tag>
              );
            },
          },
          {
            key: "open",
            head: t("open"),
            isHeadHidden: true,
            className: "whitespace-nowrap tablet:w-[92px]",
            cell: (job) =>
              mayBeOpened(grant) ? (
                <OpenGrantButton
                  request={{ ...opens, transactions: [job.transaction_id] }}
                  look="secondary"
                  size="bar"
                  className="tablet:my-1"
                >
                  {t(isMaskedOnly(grant) ? "viewMasked" : "open")}
                  <span className="sr-only"> {job.job_id}</span>
                </OpenGrantButton>
              ) : (
                <ButtonLink
                  href={`/transactions/${job.transaction_id}`}
                  look="secondary"
                  size="bar"
                  className="tablet:my-1"
                >
                  {t("see")}
                  <span className="sr-only"> {job.job_id}</span>
                </ButtonLink>
              ),
          },
        ]}
      />
      {more > 0 ? <p className="mt-2 text-control text-ink-2">{t("more", { count: more })}</p> : null}
    </Section>
  );
}

/** Lists all fields and shows which of them the grant opens, and how. */
export function FieldsSection({ grant }: { grant: GrantDetail }) {
  const t = useTranslations("grants.fields");
  const names = useTranslations("domain.fields");
  const rows = GROUP_NAMES.map((group) => ({ group, ...fieldReach(grant, group) }));
  return (
    <Section title={t("title")} count={grant.fields.length}>
      <ul>
        {rows.map(({ group, state, words }) => (
          <li
            key={group}
            className="flex min-h-row flex-wrap items-center gap-x-4 border-line border-b py-1 text-control"
          >
            <span className={`w-full tablet:w-44 ${words === "others" ? "text-ink-3" : "font-medium"}`}>
              {names(group)}
            </span>
            <Tag tone={state === "opened" ? "accent" : "plain"} glyph={<SealGlyph state={state} size={14} />}>
              {t(words)}
            </Tag>
          </li>
        ))}
      </ul>
    </Section>
  );
}

const MAX_IN_ADDRESS = 40;

/** A grant cannot be extended. The link starts a new request with the known values filled in. */
export function ExtendSection({ grant }: { grant: GrantDetail }) {
  const t = useTranslations("grants.extend");
  const query = new URLSearchParams({
    purpose: grant.purpose,
    level: grant.level,
    transaction: grant.transactions.slice(0, MAX_IN_ADDRESS).join(","),
    fields: grant.fields.join(","),
  });
  return (
    <Section title={t("title")} className="print:hidden">
      <p className="mt-2 max-w-[60ch] text-body text-ink-2">{t("text")}</p>
      <p className="mt-2">
        <Link
          href={`/requests/new?${query}`}
          prefetch={false}
          className="inline-flex min-h-touch items-center text-control underline underline-offset-4 tablet:min-h-bar"
        >
          {t("act")}
        </Link>
      </p>
    </Section>
  );
}
