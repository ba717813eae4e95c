import { useLocale, useTranslations } from "next-intl";
import { reachFact } from "@/app/(portal)/requests/[id]/_components/order/order-reach";
import { EndTime } from "@/components/ui/begin-and-end";
import { Digest } from "@/components/ui/digest";
import { type Fact, Facts } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import { Tag } from "@/components/ui/tag";
import { Unbroken } from "@/components/ui/unbroken";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";
import type { ReviewView } from "@/lib/access/review/schema";
import { hexOfDigest } from "@/lib/digests";
import { formatSize, formatTime, regionName } from "@/lib/format";

/** The result of the scan. The words for "clean" say no more than that nothing was found. */
function Scan({ scan }: { scan: NonNullable<AuthorizationView["document"]>["scan"] }) {
  const t = useTranslations("review.paper.scanStates");
  const isClean = scan === "clean";
  return (
    <Tag
      tone={isClean ? "accent" : scan === "infected" ? "oxblood" : "amber"}
      icon={isClean ? "tick" : "warning"}
    >
      {t(scan === "not scanned" ? "notScanned" : scan)}
    </Tag>
  );
}

/** How far the order is verified, by its own record and not by its state, which moves on. */
function Assurance({ assurance }: Pick<AuthorizationView, "assurance">) {
  const t = useTranslations("domain.verification");
  return (
    <Tag
      tone={assurance === "none" ? "amber" : "accent"}
      icon={assurance === "verified" ? "check" : "pencil"}
    >
      {t(assurance)}
    </Tag>
  );
}

function identityFault({ at, is_complete: isComplete }: ReviewView["identity_check"]) {
  if (at === undefined) return "identity.missing";
  return isComplete === false ? "identity.failed" : "identity.over";
}

function Identity({ check }: { check: ReviewView["identity_check"] }) {
  const t = useTranslations("review");
  if (!check.is_required) return t("identity.notNeeded");
  if (!check.is_valid || check.until === undefined)
    return (
      <Tag tone="amber" icon="warning">
        {t(identityFault(check))}
      </Tag>
    );
  return (
    <>
      {t("identity.valid", { name: check.by ?? "" })} <LocalTime instant={check.until} form="day" />
    </>
  );
}

/** By what the order counts here, in words, with the basis that was recorded for it. */
function Recognition({ recognition }: { recognition: NonNullable<ReviewView["recognition"]> }) {
  const t = useTranslations("review.recognition");
  const locale = useLocale();
  const { standing, basis, by } = recognition;
  const jurisdiction = regionName(recognition.jurisdiction, locale);
  const homes = recognition.homes.map((home) => regionName(home, locale));
  if (standing === "missing")
    return (
      <Tag tone="amber" icon="warning">
        {homes.length === 0 ? t("noHome") : t("missing", { jurisdiction, homes: homes.join(", ") })}
      </Tag>
    );
  return (
    <>
      {t(standing, { jurisdiction, homes: homes.join(", "), name: by ?? "" })}
      {standing === "recorded" ? (
        <span className="block whitespace-pre-wrap break-words">{basis}</span>
      ) : null}
      {recognition.article_48 ? <span className="block text-ink-2">{t("article48")}</span> : null}
    </>
  );
}

function recognitionFact(name: string, recognition: ReviewView["recognition"]): Fact[] {
  return recognition === undefined ? [] : [{ name, value: <Recognition recognition={recognition} /> }];
}

/** What is known of the paper and, for deciders, of the officer who brought it. */
export function PaperFacts({
  authorization,
  review,
}: {
  authorization: AuthorizationView;
  review?: ReviewView | undefined;
}) {
  const t = useTranslations("review");
  const verification = useTranslations("domain.verification");
  const locale = useLocale();
  const { document, sealed } = authorization;
  const facts: Fact[] = [
    ...(document === undefined
      ? []
      : [
          {
            name: t("paper.document"),
            value: (
              <>
                <Digest value={hexOfDigest(document.sha256)} label={t("paper.digest")} /> SHA-256,{" "}
                {formatSize(document.bytes, locale)}
              </>
            ),
          },
          { name: t("paper.scan"), value: <Scan scan={document.scan} /> },
        ]),
    { name: verification("name"), value: <Assurance assurance={authorization.assurance} /> },
    ...(authorization.record_digest === undefined
      ? []
      : [{ name: t("statement.authorization"), value: <Digest value={authorization.record_digest} /> }]),
    { name: t("paper.jurisdiction"), value: regionName(authorization.jurisdiction, locale) },
    ...(authorization.recognition_basis === undefined
      ? []
      : [{ name: t("paper.recognition"), value: authorization.recognition_basis }]),
    { name: t("paper.use"), value: t(authorization.single_use === true ? "paper.useOnce" : "paper.useMany") },
    ...reachFact(t("reach.name"), authorization.reach),
    ...(authorization.reach?.agency === undefined
      ? []
      : [{ name: t("paper.agency"), value: authorization.reach.agency }]),
    ...(sealed === undefined
      ? []
      : [
          {
            name: t("paper.sealed"),
            value: (
              <>
                {sealed.basis}, <EndTime instant={sealed.until} form="day" />
              </>
            ),
          },
        ]),
    ...(review === undefined
      ? []
      : [
          ...recognitionFact(t("recognition.name"), review.recognition),
          { name: t("identity.name"), value: <Identity check={review.identity_check} /> },
          {
            name: t("officer.name"),
            value: review.officer.is_first_request ? (
              <Tag tone="amber" icon="warning">
                {t("officer.first")}
              </Tag>
            ) : (
              t("officer.history", historyOf(review.officer))
            ),
          },
        ]),
  ];
  return <Facts look="aligned" facts={facts} />;
}

function historyOf({ requests, granted, narrowed, denied }: ReviewView["officer"]) {
  return { requests, granted, narrowed, denied };
}

/** The other decider's reading: hidden until this person has read as well. `decides`: this person may decide now. */
export function FirstReading({
  reading,
  decides,
}: {
  reading: ReviewView["first_reading"];
  decides: boolean;
}) {
  const t = useTranslations("review");
  const locale = useLocale();
  if (reading === undefined) return null;
  if (reading.confirms !== undefined) {
    const { issuer, case_number, valid_from, valid_until } = reading.confirms;
    const dayOf = (day: string) => formatTime(new Date(day), { timeZone: "UTC", locale, form: "day" });
    return (
      <p className="mt-2 mb-2 text-control text-ink-2">
        <Unbroken>
          {`${t("reading.open", { name: reading.by })} ${issuer}, ${case_number}, ${dayOf(valid_from)} – ${dayOf(valid_until)}`}
        </Unbroken>
      </p>
    );
  }
  return (
    <p className="mt-2 mb-2 text-control text-ink-2">
      <Unbroken>{t(decides ? "reading.covered" : "reading.ofDeciders", { name: reading.by })}</Unbroken>
    </p>
  );
}
