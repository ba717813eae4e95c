import { useFormatter, useTranslations } from "next-intl";
import { Digest } from "@/components/ui/digest";
import type { Fact } from "@/components/ui/facts";
import { LocalTime } from "@/components/ui/local-time";
import type { AuthorizationView } from "@/lib/access/requests/answer-schema";

/** Values with a translation. An order may have others, which are shown unchanged. */
const PURPOSES = ["settlement", "audit", "compliance", "dispute", "support", "reporting"] as const;

type Reach = NonNullable<AuthorizationView["reach"]>;

/** What a signed order covers, in its own words. The decider's signature covers the same record. */
function OrderReach({ reach }: { reach: Reach }) {
  const t = useTranslations("review.reach");
  const domain = useTranslations("domain");
  const format = useFormatter();
  const { selector, fields, purpose, max_records: most } = reach;
  const { transactions, participants, from, to } = selector;
  const named = PURPOSES.find((one) => one === purpose);
  const purposeText = named === undefined ? purpose : domain(`purposesInText.${named}`);
  return (
    <ul>
      {transactions === undefined ? null : (
        <li>
          {t("transactions", { count: transactions.length })}{" "}
          {transactions.length === 1 ? <Digest value={transactions[0] ?? ""} /> : null}
        </li>
      )}
      {participants === undefined ? null : (
        <li className="break-words">{t("participants", { names: format.list(participants) })}</li>
      )}
      {from === undefined ? null : (
        <li>
          {t("from")} <LocalTime instant={from} form="minute" />
        </li>
      )}
      {to === undefined ? null : (
        <li>
          {t("to")} <LocalTime instant={to} form="minute" />
        </li>
      )}
      <li>
        {fields === undefined
          ? t("allFields")
          : t("fields", { fields: format.list(fields.map((field) => domain(`fields.${field}`))) })}
      </li>
      {purposeText === undefined ? null : <li>{t("purpose", { purpose: purposeText })}</li>}
      {most === undefined ? null : <li>{t("most", { count: most })}</li>}
    </ul>
  );
}

/** How far the order reaches; absent where the order does not say it. */
export function reachFact(name: string, reach: AuthorizationView["reach"]): Fact[] {
  return reach === undefined ? [] : [{ name, value: <OrderReach reach={reach} /> }];
}
