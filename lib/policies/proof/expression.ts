import type { Expr } from "@cedar-policy/cedar-wasm/nodejs";
import { ATTRIBUTES, DUTIES, OPTIONAL, OutsideFragment, type ProvedAction, type Sort } from "./fragment";
import { smtNumber, smtSymbol } from "./smt-text";

/** A term of SMT-LIB with its sort. */
export interface Term {
  readonly sort: Sort;
  readonly text: string;
}

/** Deeper nesting than any policy of the allowed length needs. It also bounds our own recursion. */
const MAX_DEPTH = 1_000;
const COMPARISONS: ReadonlySet<string> = new Set(["<", "<=", ">", ">="]);

/** Names that the policies use. The question declares a symbol for each. */
export interface Names {
  readonly roles: Set<string>;
  readonly duties: Set<string>;
  readonly texts: Set<string>;
}

export const roleSymbol = (role: string): string => smtSymbol(`role: ${role}`);
export const textSymbol = (text: string): string => smtSymbol(`text: ${text}`);
export const dutySymbol = (duty: string): string => smtSymbol(`duty: ${duty}`);

const bool = (text: string): Term => ({ sort: "Bool", text });

/** Returns one member of an object of a single member; Cedar's JSON writes each operator so. */
function only(value: object): readonly [string, unknown] {
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) throw new OutsideFragment("an unknown expression");
  return entry;
}

function member(value: unknown, name: string): unknown {
  return Reflect.get(Object(value), name);
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

/** Returns the role that an entity names. */
export function roleOf(entity: unknown): string {
  const named = member(entity, "__entity") ?? entity;
  const [type, id] = [member(named, "type"), member(named, "id")];
  if (type !== "Role" || typeof id !== "string")
    throw new OutsideFragment(`an entity of type ${String(type)}`);
  return id;
}

/** Encodes the expressions of one policy for one action. */
export class Expressions {
  constructor(
    private readonly action: ProvedAction,
    private readonly names: Names,
  ) {}

  /** Returns a condition. Throws OutsideFragment for every other expression than those of the fragment. */
  condition(expression: Expr): string {
    return this.bool(expression, 0);
  }

  /** Returns the symbol for membership of the person in a role. */
  inRole(role: string): string {
    this.names.roles.add(role);
    return roleSymbol(role);
  }

  private bool(expression: unknown, depth: number): string {
    const { sort, text } = this.term(expression, depth);
    if (sort !== "Bool") throw new OutsideFragment(`a condition of type ${sort}`);
    return text;
  }

  private term(expression: unknown, depth: number): Term {
    if (depth > MAX_DEPTH) throw new OutsideFragment("nesting this deep");
    if (!isObject(expression)) throw new OutsideFragment("an unknown expression");
    const [operator, given] = only(expression);
    const below = depth + 1;
    switch (operator) {
      case "Value":
        return this.literal(given);
      case ".":
        return this.attribute(expression);
      case "has":
        return this.has(given);
      case "!":
        return bool(`(not ${this.bool(member(given, "arg"), below)})`);
      case "neg":
        return negated(member(given, "arg"));
      case "&&":
      case "||":
        return this.both(operator === "&&" ? "and" : "or", given, below);
      case "==":
        return bool(this.equality(given, below));
      case "!=":
        return bool(`(not ${this.equality(given, below)})`);
      case "in":
        return this.membership(given);
      case "contains":
        return this.contains(given, below);
      default:
        if (COMPARISONS.has(operator)) return this.comparison(operator, given, below);
        throw new OutsideFragment(`the operator ${operator}`);
    }
  }

  private both(operator: string, given: unknown, depth: number): Term {
    const left = this.bool(member(given, "left"), depth);
    return bool(`(${operator} ${left} ${this.bool(member(given, "right"), depth)})`);
  }

  private equality(given: unknown, depth: number): string {
    return equal(this.term(member(given, "left"), depth), this.term(member(given, "right"), depth));
  }

  private comparison(operator: string, given: unknown, depth: number): Term {
    const left = this.term(member(given, "left"), depth);
    const right = this.term(member(given, "right"), depth);
    if (left.sort !== "Int" || right.sort !== "Int")
      throw new OutsideFragment(`${operator} between other things than numbers`);
    return bool(`(${operator} ${left.text} ${right.text})`);
  }

  private attribute(expression: unknown): Term {
    const path = pathOf(expression);
    const sort = Object.hasOwn(ATTRIBUTES[this.action], path) ? ATTRIBUTES[this.action][path] : undefined;
    if (sort === undefined) throw new OutsideFragment(`${path} for the action ${this.action}`);
    return { sort, text: smtSymbol(path) };
  }

  private has(given: unknown): Term {
    const attr = member(given, "attr");
    const name = Array.isArray(attr) && attr.length === 1 ? attr[0] : attr;
    if (typeof name !== "string") throw new OutsideFragment("has with a longer path");
    const path = `${pathOf(member(given, "left"))}.${name}`;
    if (!OPTIONAL[this.action].includes(path)) throw new OutsideFragment(`has ${path}`);
    return bool(smtSymbol(`has ${path}`));
  }

  private membership(given: unknown): Term {
    if (pathOf(member(given, "left")) !== "principal")
      throw new OutsideFragment("in of another thing than the principal");
    const right = member(given, "right");
    const listed = member(right, "Set") ?? [right];
    if (!Array.isArray(listed)) throw new OutsideFragment("in of a computed set");
    return bool(
      anyOf(listed.map((one) => this.inRole(roleOf(member(one, "Value") ?? member(one, "__entity"))))),
    );
  }

  private contains(given: unknown, depth: number): Term {
    const [set, wanted] = [member(given, "left"), member(given, "right")];
    if (member(set, ".") !== undefined) {
      if (pathOf(set) !== DUTIES) throw new OutsideFragment(`contains on ${pathOf(set)}`);
      const duty = member(wanted, "Value");
      if (typeof duty !== "string")
        throw new OutsideFragment("principal.duties.contains of a computed value");
      this.names.duties.add(duty);
      return bool(dutySymbol(duty));
    }
    const value = this.term(wanted, depth);
    return bool(anyOf(this.literals(set).map((one) => equal(one, value))));
  }

  /** Returns the members of a set of literals. */
  private literals(set: unknown): Term[] {
    const listed = member(set, "Set");
    if (Array.isArray(listed)) {
      return listed.map((one) => {
        const value = member(one, "Value");
        if (value === undefined) throw new OutsideFragment("a set of computed values");
        return this.literal(value);
      });
    }
    const values = member(set, "Value");
    if (!Array.isArray(values)) throw new OutsideFragment("contains on another thing than a set of literals");
    return values.map((value) => this.literal(value));
  }

  private literal(value: unknown): Term {
    if (typeof value === "boolean") return bool(String(value));
    if (typeof value === "number") return { sort: "Int", text: smtNumber(value) };
    if (typeof value !== "string")
      throw new OutsideFragment(
        Array.isArray(value) ? "a set as a value" : "a value that is not a text or number",
      );
    this.names.texts.add(value);
    return { sort: "Text", text: textSymbol(value) };
  }
}

function anyOf(terms: readonly string[]): string {
  return terms.length === 0 ? "false" : `(or ${terms.join(" ")} false)`;
}

function equal(left: Term, right: Term): string {
  if (left.sort !== right.sort) throw new OutsideFragment(`== between ${left.sort} and ${right.sort}`);
  return `(= ${left.text} ${right.text})`;
}

/** A minus before a literal. Cedar's JSON has it as an operator; of anything else it could overflow. */
function negated(argument: unknown): Term {
  const value = member(argument, "Value");
  if (typeof value !== "number") throw new OutsideFragment("the operator -");
  return { sort: "Int", text: smtNumber(-value) };
}

/** Returns `principal`, `context.office.minute` and the like. */
function pathOf(expression: unknown): string {
  const names: string[] = [];
  for (let at = expression; ; at = member(member(at, "."), "left")) {
    const root = member(at, "Var");
    if (typeof root === "string") return [root, ...names.reverse()].join(".");
    const attr = member(member(at, "."), "attr");
    if (typeof attr !== "string" || attr.includes(".") || names.length > 4)
      throw new OutsideFragment("an attribute of a computed value");
    names.push(attr);
  }
}
