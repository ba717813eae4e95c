/**
 * Names of fields that a mask shows (docs/formats/replies.md "Masks"): ours, and ordinary words of a price, a
 * settlement, a party and a reference. All others are the sender's own and may be content, so they are numbered. None
 * of these says by being there what somebody is, owes, won or was refused.
 */
const NAMES = [
  // The groups themselves.
  "amount currency pricing settlement_details parties narrative external_references",
  "base charges currency_code discount discount_percent fee fees from gross hours interval item items line_items list",
  "max min minimum model name net per period price quantity rate rates subtotal surcharge tax tax_rate terms tier",
  "tiers to total type unit unit_price units until usage value vat",
  "account account_holder account_number amount_due bank bank_name bic bookings clearing date due_date due_days iban",
  "installments instructions memo method network note notes payable_to payment payment_date payment_terms receiver",
  "reference routing_number schedule sender settlement_date sort_code status swift transfer wallet wallet_address",
  "address beneficiary buyer city client company contact country creditor customer debtor email first_name full_name",
  "id identifier last_name legal_name miner organisation organization party payee payer phone postal_code provider",
  "recipient region registration_number role seller street supplier tax_id vat_id vendor zip",
  "contract contract_number data description details document external_id file invoice invoice_number job job_id kind",
  "label lot number order order_number project purchase_order scheme source system text ticket title url version",
]
  .join(" ")
  .split(" ");

const inCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

const SHOWN: ReadonlySet<string> = new Set([...NAMES, ...NAMES.map(inCamelCase)]);

/** Whether a mask shows this name as it is. */
export function isOrdinaryName(name: string): boolean {
  return SHOWN.has(name);
}
