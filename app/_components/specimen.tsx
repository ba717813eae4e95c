import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { MaskedTree } from "@/components/domain/masked-tree";
import { SealGlyph } from "@/components/domain/seal-glyph";
import { Watermark } from "@/components/domain/watermark";
import { Icon } from "@/components/ui/icon";

/** Two parties as the custodian masks them: roles and number of words, but no letter of a name. */
export const SPECIMEN_MASK = {
  payer: "•••••••• ••••••••, ••••••••",
  payee: "•••••••• •••••••• ••••••••",
};

function Field({ name, state, children }: { name: string; state: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-1 gap-2 border-line border-b py-2 tablet:grid-cols-[104px_minmax(0,1fr)] tablet:gap-4">
      <dt className="flex items-baseline gap-2 tablet:mt-3 tablet:block">
        <span className="block font-medium text-body">{name}</span>
        <span className="block text-ink-3 text-note">{state}</span>
      </dt>
      <dd>{children}</dd>
    </div>
  );
}

/** An opened field, framed like a certificate: a double rule, and a watermark behind the value. */
function OpenedField() {
  const t = useTranslations("specimen");
  return (
    <div className="relative flex min-h-14 flex-wrap items-center justify-between gap-x-4 overflow-hidden rounded-field border border-accent bg-sheet px-4 py-2 outline outline-1 outline-accent -outline-offset-4">
      <Watermark text={t("watermark")} />
      <span className="relative text-opened">{t("amountValue")}</span>
      <span className="relative flex items-center gap-2 text-amber text-note">
        <Icon name="clock" />
        <span aria-hidden="true">{t("timeLeft")}</span>
        <span className="sr-only">{t("timeLeftSpoken")}</span>
      </span>
    </div>
  );
}

function MaskedField() {
  const t = useTranslations("specimen");
  const { payer, payee } = SPECIMEN_MASK;
  return (
    <div className="flex min-h-13 items-center justify-between gap-4 rounded-field border border-line-2 bg-sheet px-4 py-1">
      <div className="min-w-0 grow">
        <MaskedTree value={{ [t("payer")]: payer, [t("payee")]: payee }} />
      </div>
      <span className="flex shrink-0 items-center gap-2 text-ink-2 text-note">
        <SealGlyph state="masked" size={14} />
        {t("maskedTag")}
      </span>
    </div>
  );
}

function SealedField() {
  const t = useTranslations("specimen");
  return (
    <div className="relative flex min-h-15 items-center overflow-hidden rounded-field border border-accent-line bg-accent-wash px-2">
      <span aria-hidden="true" className="security-tint absolute inset-0" />
      <span
        aria-hidden="true"
        className="absolute inset-y-0 right-0 hidden w-[124px] bg-accent-wash tablet:block"
      />
      <span aria-hidden="true" className="rosette absolute inset-y-0 right-0 hidden w-[124px] tablet:block" />
      <span className="relative flex items-center gap-2 rounded-field border border-accent-line bg-sheet px-3 py-2 text-control">
        <span className="text-accent">
          <SealGlyph state="sealed" size={22} />
        </span>
        <span>
          <strong className="font-semibold">{t("sealedStrong")}</strong>
          {t("sealedText")}
        </span>
      </span>
    </div>
  );
}

const FACTS = [
  ["authority", "authorityValue"],
  ["decided", "decidedValue"],
  ["entry", "entryValue"],
] as const;

/** An example of a transaction with an opened, a masked and a sealed field. It has no real data, and its caption says so. */
export function Specimen() {
  const t = useTranslations("specimen");
  return (
    <figure className="min-w-0">
      <div className="border border-line-2 bg-sheet p-4 tablet:px-7 tablet:py-6">
        <div className="flex items-baseline justify-between gap-4 border-ink border-b pb-3">
          <h2 className="font-semibold text-body">{t("title")}</h2>
          <span className="whitespace-nowrap font-mono text-ink-2 text-note">{t("id")}</span>
        </div>
        <dl>
          <Field name={t("amount")} state={t("opened")}>
            <OpenedField />
          </Field>
          <Field name={t("parties")} state={t("masked")}>
            <MaskedField />
          </Field>
          <Field name={t("narrative")} state={t("sealed")}>
            <SealedField />
          </Field>
        </dl>
        <dl className="mt-3 grid gap-1.5 text-control">
          {FACTS.map(([name, value]) => (
            <div key={name} className="flex flex-wrap justify-between gap-x-4">
              <dt className="text-ink-3">{t(name)}</dt>
              <dd className="tablet:text-right">{t(value)}</dd>
            </div>
          ))}
        </dl>
      </div>
      <figcaption className="mt-2 text-ink-3 text-note">{t("caption")}</figcaption>
    </figure>
  );
}
