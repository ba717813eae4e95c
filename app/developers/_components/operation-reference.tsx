import { useTranslations } from "next-intl";
import type { ReactNode } from "react";
import { MemberTable, ParameterTable } from "@/app/developers/_components/member-tables";
import { ProblemCodes } from "@/app/developers/_components/problem-codes";
import { WhoMayCall } from "@/app/developers/_components/who-may-call";
import { CodeSample } from "@/components/ui/code-sample";
import { commandOf, type Reference } from "@/lib/api-client/openapi/reference";

function Part({ title, children }: { title: ReactNode; children: ReactNode }) {
  return (
    <>
      <h2 className="mt-5 font-semibold text-control">{title}</h2>
      {children}
    </>
  );
}

/** One call, whole: who may make it, what it takes, what it answers, and a command that makes it. */
export function OperationReference({ reference, origin }: { reference: Reference; origin: string }) {
  const t = useTranslations("developers.call");
  const { operation, parameters, body, answer, problems, takes, statuses, gives } = reference;
  const name = `${operation.method} ${operation.path}`;
  const command = commandOf(reference, origin);
  return (
    <>
      <WhoMayCall operation={operation} />
      {parameters.length === 0 ? null : (
        <Part title={t("parameters")}>
          <ParameterTable caption={`${t("parameters")}: ${name}`} rows={parameters} />
        </Part>
      )}
      {takes === undefined ? null : (
        <Part title={`${t("body")}: ${takes}`}>
          <MemberTable caption={`${t("body")}: ${name}`} rows={body} />
        </Part>
      )}
      <Part title={`${t("answer")}: ${statuses.join(", ")} ${gives}`}>
        {answer.length === 0 ? (
          <p className="py-2 text-control text-ink-2">{t("noMembers")}</p>
        ) : (
          <MemberTable caption={`${t("answer")}: ${name}`} rows={answer} />
        )}
      </Part>
      <details className="mt-5">
        <summary className="min-h-[24px] cursor-pointer font-semibold text-control">{t("problems")}</summary>
        <ProblemCodes problems={problems.ofCall} />
        {problems.ofPart.length === 0 ? null : (
          <>
            <p className="pt-4 text-control text-ink-2">{t("ofPart")}</p>
            <ProblemCodes problems={problems.ofPart} />
          </>
        )}
      </details>
      <Part title={t("try")}>
        {command === undefined ? (
          <p className="py-2 text-control text-ink-2">{t("noCommand")}</p>
        ) : (
          <div className="mt-2">
            <CodeSample label={t("sample", { name })} code={command} />
          </div>
        )}
      </Part>
    </>
  );
}
