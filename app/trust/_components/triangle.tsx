import { useFormatter, useTranslations } from "next-intl";
import { Fragment } from "react";
import { PARTS, type Part, powerOf } from "@/app/trust/_components/powers";
import { SealGlyph, type SealState } from "@/components/domain/seal-glyph";
import { Icon } from "@/components/ui/icon";

const LOOKS = {
  reads: { ground: "bg-ox-wash", ink: "text-oxblood", glyph: "opened" },
  limited: { ground: "bg-amber-wash", ink: "text-amber", glyph: "masked" },
  nothing: { ground: "", ink: "text-accent", glyph: "sealed" },
} as const satisfies Record<string, { ground: string; ink: string; glyph: SealState }>;

function Cell({ row, column, isSame }: { row: Part; column: Part; isSame: boolean }) {
  const t = useTranslations("trust");
  const power = powerOf(row, column);
  if (power === undefined)
    return (
      <span className="flex items-start gap-2 text-ink-3 text-note">
        <Icon name="nothing" className="size-[14px]" />
        {t("nothingMore")}
      </span>
    );
  const look = LOOKS[power.weight];
  return (
    <span
      className={`block h-full p-2 text-note ${look.ground} ${row === column ? "outline outline-2 outline-ink-3 -outline-offset-2" : ""}`}
    >
      <span className="flex items-start gap-2">
        <span className={`mt-px ${look.ink}`}>
          <SealGlyph state={look.glyph} size={14} />
        </span>
        <span className={row === column ? "font-medium" : ""}>{t(`powers.${power.key}`)}</span>
      </span>
      {isSame && row !== column ? (
        <span className={`mt-1 flex items-center gap-1 pl-[22px] ${look.ink}`}>
          <Icon name="building" className="size-3" />
          {t("sameOperator")}
        </span>
      ) : null}
    </span>
  );
}

/** What each part alone could do if it turned against you (on the diagonal), and what two add together. */
export function Triangle({
  operatorOf,
  areSame,
}: {
  operatorOf: (part: Part) => string;
  areSame: (one: Part, other: Part) => boolean;
}) {
  const t = useTranslations("trust");
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard
    <section aria-label={t("table")} tabIndex={0} className="overflow-x-auto border-ink border-t">
      <table className="w-full min-w-[960px] table-fixed border-collapse text-control">
        <caption className="sr-only">{t("table")}</caption>
        <thead>
          <tr className="border-line-2 border-b">
            <td className="w-[150px]" />
            {PARTS.map((part) => (
              <th key={part} scope="col" className="h-row border-line border-l px-2 text-left font-semibold">
                {t(`parts.${part}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {PARTS.map((row, index) => (
            <tr key={row} className="h-[76px] border-line border-b align-top">
              <th scope="row" className="py-2 pr-3 text-left font-semibold">
                {t(`parts.${row}`)}
                <span className="block font-normal text-ink-2 text-note">{operatorOf(row)}</span>
              </th>
              {PARTS.map((column, at) =>
                at > index ? (
                  <td key={column} />
                ) : (
                  <td key={column} className="h-[76px] border-line border-l p-0">
                    <div className={powerOf(row, column) === undefined ? "p-2" : "h-full"}>
                      <Cell row={row} column={column} isSame={areSame(row, column)} />
                    </div>
                  </td>
                ),
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** The same for a narrow screen: each part with what it could do alone, and with each other part. */
export function PartList({
  operatorOf,
  areSame,
}: {
  operatorOf: (part: Part) => string;
  areSame: (one: Part, other: Part) => boolean;
}) {
  const t = useTranslations("trust");
  const format = useFormatter();
  return (
    <div className="tablet:hidden">
      {PARTS.map((part) => {
        // A pair is in the table once, in the row of the part that comes later.
        const pairs = PARTS.filter((other) => other !== part).map((other) => {
          const isLater = PARTS.indexOf(other) > PARTS.indexOf(part);
          return { other, row: isLater ? other : part, column: isLater ? part : other };
        });
        const [more, none] = [true, false].map((has) =>
          pairs.filter(({ row, column }) => (powerOf(row, column) !== undefined) === has),
        );
        return (
          <section key={part} aria-labelledby={`part-${part}`} className="border-ink border-t pt-3 pb-5">
            <h2 id={`part-${part}`} className="font-semibold text-body">
              {t(`parts.${part}`)}
            </h2>
            <p className="text-ink-2 text-note">{operatorOf(part)}</p>
            <dl className="mt-2 space-y-1 text-control">
              <dt className="font-medium">{t("alone")}</dt>
              <dd>
                <Cell row={part} column={part} isSame={false} />
              </dd>
              {more?.map(({ other, row, column }) => (
                <Fragment key={other}>
                  <dt className="pt-3 font-medium">{t("together", { part: t(`parts.${other}`) })}</dt>
                  <dd>
                    <Cell row={row} column={column} isSame={areSame(row, column)} />
                  </dd>
                </Fragment>
              ))}
            </dl>
            {none === undefined || none.length === 0 ? null : (
              <p className="mt-2 text-ink-2 text-note">
                {t("nothingMoreWith", { parts: format.list(none.map(({ other }) => t(`parts.${other}`))) })}
              </p>
            )}
          </section>
        );
      })}
    </div>
  );
}

/** What the colours, glyphs and outlines of the table mean. */
export function Legend() {
  const t = useTranslations("trust");
  return (
    <ul className="flex flex-wrap gap-x-6 gap-y-1 py-3 text-control">
      <li className="hidden items-center gap-2 tablet:flex">
        <span className="size-[14px] outline outline-2 outline-ink-3 -outline-offset-2" />
        {t("legend.alone")}
      </li>
      {(["nothing", "limited", "reads"] as const).map((weight) => (
        <li key={weight} className={`flex items-center gap-2 ${LOOKS[weight].ink}`}>
          <SealGlyph state={LOOKS[weight].glyph} size={14} />
          {t(`legend.${weight}`)}
        </li>
      ))}
      <li className="hidden items-center gap-2 text-ink-3 tablet:flex">
        <Icon name="nothing" className="size-[14px]" />
        {t("nothingMore")}
      </li>
    </ul>
  );
}
