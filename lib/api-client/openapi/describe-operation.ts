import { answersUnchanged, type OperationSpec } from "@/lib/api-client/operation";

const codes = (names: readonly string[]): string => names.map((name) => `\`${name}\``).join(", ");

function whoMay({ scopes, roles, duties, sessionOnly }: OperationSpec): string[] {
  if (scopes === "none") return ["Anyone may call it, without authentication."];
  const key =
    sessionOnly === true
      ? "For signed-in people; an API key is refused."
      : scopes === "any"
        ? "Any API key may call it."
        : `An API key needs ${scopes.length === 1 ? "the scope" : "one of the scopes"} ${codes(scopes)}.`;
  return [
    key,
    ...(roles === "any" ? [] : [`For the ${roles.length === 1 ? "role" : "roles"} ${codes(roles)}.`]),
    ...(duties === undefined
      ? []
      : [`It takes ${duties.length === 1 ? "the duty" : "one of the duties"} ${codes(duties)}.`]),
  ];
}

function howOften(operation: OperationSpec): string[] {
  const { idempotent, ifMatch, rate, weight = 1 } = operation;
  return [
    ...(idempotent === undefined
      ? []
      : [
          "With an Idempotency-Key it happens once in 24 hours; a repetition answers what was kept of the first answer.",
        ]),
    ...(ifMatch === true
      ? [
          "Send the ETag that you read as If-Match: a change by another person in between is then answered 412.",
        ]
      : []),
    ...(answersUnchanged(operation) ? ["Unchanged since the ETag in If-None-Match: 304."] : []),
    `It draws on the budget \`${rate}\`${weight === 1 ? "" : `, as ${weight} calls`}.`,
  ];
}

/** Returns the description of an operation: who may call it, what it takes, and what the log has of it. */
export function descriptionOf(operation: OperationSpec): string {
  const { scopes, stepUp, action, upload } = operation;
  return [
    ...whoMay(operation),
    ...(stepUp === true ? ["A signed-in person proves a second factor shortly before."] : []),
    ...(upload === undefined
      ? []
      : [`An upload: the part \`${upload.json}\` is JSON, ${codes(upload.files)} a file of at most 20 MB.`]),
    ...howOften(operation),
    ...(scopes === "none" ? [] : [`Refusals are in the audit log as \`${action}\`.`]),
  ].join(" ");
}
