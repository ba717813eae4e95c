// Written by `npm run generate` (scripts/endpoint-table.mjs). Do not edit.

import type { EndpointTable } from "@/lib/http/dispatch/router";
import { endpoint as endpoint0 } from "./access/endpoint";
import { endpoint as endpoint1 } from "./access/break-glass/endpoint";
import { endpoint as endpoint2 } from "./access/break-glass/[id]/endpoint";
import { endpoint as endpoint3 } from "./access/break-glass/[id]/reviews/endpoint";
import { endpoint as endpoint4 } from "./access/break-glass/statement/endpoint";
import { endpoint as endpoint5 } from "./access/grants/endpoint";
import { endpoint as endpoint6 } from "./access/grants/[id]/endpoint";
import { endpoint as endpoint7 } from "./access/grants/[id]/release-ends/endpoint";
import { endpoint as endpoint8 } from "./access/grants/[id]/revoke/endpoint";
import { endpoint as endpoint9 } from "./access/logs/endpoint";
import { endpoint as endpoint10 } from "./access/notices/endpoint";
import { endpoint as endpoint11 } from "./access/notices/rules/endpoint";
import { endpoint as endpoint12 } from "./access/openings/endpoint";
import { endpoint as endpoint13 } from "./access/preservations/endpoint";
import { endpoint as endpoint14 } from "./access/preservations/[id]/releases/endpoint";
import { endpoint as endpoint15 } from "./access/preservations/[id]/renewals/endpoint";
import { endpoint as endpoint16 } from "./access/releases/endpoint";
import { endpoint as endpoint17 } from "./access/requests/endpoint";
import { endpoint as endpoint18 } from "./access/requests/[id]/endpoint";
import { endpoint as endpoint19 } from "./access/requests/[id]/authorizations/endpoint";
import { endpoint as endpoint20 } from "./access/requests/[id]/authorizations/[authorization_id]/document/endpoint";
import { endpoint as endpoint21 } from "./access/requests/[id]/authorizations/[authorization_id]/revocations/endpoint";
import { endpoint as endpoint22 } from "./access/requests/[id]/authorizations/[authorization_id]/suspensions/endpoint";
import { endpoint as endpoint23 } from "./access/requests/[id]/co-viewer-ends/endpoint";
import { endpoint as endpoint24 } from "./access/requests/[id]/comments/endpoint";
import { endpoint as endpoint25 } from "./access/requests/[id]/decisions/endpoint";
import { endpoint as endpoint26 } from "./access/requests/[id]/extensions/endpoint";
import { endpoint as endpoint27 } from "./access/requests/[id]/identity-checks/endpoint";
import { endpoint as endpoint28 } from "./access/requests/[id]/notices/endpoint";
import { endpoint as endpoint29 } from "./access/requests/[id]/objections/endpoint";
import { endpoint as endpoint30 } from "./access/requests/[id]/partial-answers/endpoint";
import { endpoint as endpoint31 } from "./access/requests/[id]/releases/endpoint";
import { endpoint as endpoint32 } from "./access/requests/[id]/releases/[release_id]/words/endpoint";
import { endpoint as endpoint33 } from "./access/requests/[id]/review/endpoint";
import { endpoint as endpoint34 } from "./access/requests/[id]/statement/endpoint";
import { endpoint as endpoint35 } from "./access/requests/[id]/submit/endpoint";
import { endpoint as endpoint36 } from "./access/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint37 } from "./account/endpoint";
import { endpoint as endpoint38 } from "./account/api-keys/endpoint";
import { endpoint as endpoint39 } from "./account/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint40 } from "./account/api-keys/[id]/rotate/endpoint";
import { endpoint as endpoint41 } from "./account/api-keys/current/endpoint";
import { endpoint as endpoint42 } from "./account/passkeys/endpoint";
import { endpoint as endpoint43 } from "./account/passkeys/[id]/remove/endpoint";
import { endpoint as endpoint44 } from "./account/passkeys/options/endpoint";
import { endpoint as endpoint45 } from "./account/password/endpoint";
import { endpoint as endpoint46 } from "./account/provider/finish/endpoint";
import { endpoint as endpoint47 } from "./account/provider/remove/endpoint";
import { endpoint as endpoint48 } from "./account/provider/start/endpoint";
import { endpoint as endpoint49 } from "./account/recovery-codes/endpoint";
import { endpoint as endpoint50 } from "./account/roster/endpoint";
import { endpoint as endpoint51 } from "./account/roster/changes/endpoint";
import { endpoint as endpoint52 } from "./account/roster/changes/[id]/agreements/endpoint";
import { endpoint as endpoint53 } from "./account/roster/changes/[id]/refusals/endpoint";
import { endpoint as endpoint54 } from "./account/sessions/[id]/end/endpoint";
import { endpoint as endpoint55 } from "./account/sessions/end-others/endpoint";
import { endpoint as endpoint56 } from "./account/sign-out/endpoint";
import { endpoint as endpoint57 } from "./account/step-up/endpoint";
import { endpoint as endpoint58 } from "./account/step-up/options/endpoint";
import { endpoint as endpoint59 } from "./account/totp/endpoint";
import { endpoint as endpoint60 } from "./account/totp/confirm/endpoint";
import { endpoint as endpoint61 } from "./account/totp/remove/endpoint";
import { endpoint as endpoint62 } from "./admin/access-reviews/endpoint";
import { endpoint as endpoint63 } from "./admin/access-reviews/[id]/endpoint";
import { endpoint as endpoint64 } from "./admin/access-reviews/[id]/decisions/endpoint";
import { endpoint as endpoint65 } from "./admin/access-reviews/[id]/export/endpoint";
import { endpoint as endpoint66 } from "./admin/access-reviews/[id]/result/endpoint";
import { endpoint as endpoint67 } from "./admin/access-reviews/[id]/sign/endpoint";
import { endpoint as endpoint68 } from "./admin/access-reviews/records/[id]/endpoint";
import { endpoint as endpoint69 } from "./admin/access-reviews/records/[id]/export/endpoint";
import { endpoint as endpoint70 } from "./admin/api-keys/endpoint";
import { endpoint as endpoint71 } from "./admin/api-keys/[id]/revoke/endpoint";
import { endpoint as endpoint72 } from "./admin/authorities/endpoint";
import { endpoint as endpoint73 } from "./admin/authorities/[id]/confirmations/endpoint";
import { endpoint as endpoint74 } from "./admin/authorities/[id]/crls/endpoint";
import { endpoint as endpoint75 } from "./admin/authorities/[id]/revocations/endpoint";
import { endpoint as endpoint76 } from "./admin/authorities/[id]/withdrawals/endpoint";
import { endpoint as endpoint77 } from "./admin/background/endpoint";
import { endpoint as endpoint78 } from "./admin/background/retry/endpoint";
import { endpoint as endpoint79 } from "./admin/invitations/endpoint";
import { endpoint as endpoint80 } from "./admin/invitations/[id]/resend/endpoint";
import { endpoint as endpoint81 } from "./admin/invitations/[id]/withdraw/endpoint";
import { endpoint as endpoint82 } from "./admin/organisations/endpoint";
import { endpoint as endpoint83 } from "./admin/organisations/[id]/endpoint";
import { endpoint as endpoint84 } from "./admin/organisations/[id]/access-reviewer/endpoint";
import { endpoint as endpoint85 } from "./admin/organisations/[id]/agency/endpoint";
import { endpoint as endpoint86 } from "./admin/organisations/[id]/hours/endpoint";
import { endpoint as endpoint87 } from "./admin/organisations/[id]/provider/endpoint";
import { endpoint as endpoint88 } from "./admin/organisations/[id]/provider/disconnect/endpoint";
import { endpoint as endpoint89 } from "./admin/organisations/[id]/provider/test/endpoint";
import { endpoint as endpoint90 } from "./admin/organisations/[id]/provider/test/finish/endpoint";
import { endpoint as endpoint91 } from "./admin/organisations/[id]/provider/test/start/endpoint";
import { endpoint as endpoint92 } from "./admin/organisations/[id]/provisioning/endpoint";
import { endpoint as endpoint93 } from "./admin/organisations/[id]/provisioning/apply/endpoint";
import { endpoint as endpoint94 } from "./admin/organisations/[id]/provisioning/tokens/endpoint";
import { endpoint as endpoint95 } from "./admin/organisations/[id]/provisioning/tokens/[token_id]/revoke/endpoint";
import { endpoint as endpoint96 } from "./admin/participants/endpoint";
import { endpoint as endpoint97 } from "./admin/participants/[id]/endpoint";
import { endpoint as endpoint98 } from "./admin/readiness/endpoint";
import { endpoint as endpoint99 } from "./admin/readiness/backup/endpoint";
import { endpoint as endpoint100 } from "./admin/readiness/drill/endpoint";
import { endpoint as endpoint101 } from "./admin/readiness/mail/endpoint";
import { endpoint as endpoint102 } from "./admin/readiness/policies/endpoint";
import { endpoint as endpoint103 } from "./admin/requests/endpoint";
import { endpoint as endpoint104 } from "./admin/requests/[id]/withdraw/endpoint";
import { endpoint as endpoint105 } from "./admin/roster/endpoint";
import { endpoint as endpoint106 } from "./admin/roster/draft/endpoint";
import { endpoint as endpoint107 } from "./admin/roster/versions/endpoint";
import { endpoint as endpoint108 } from "./admin/seal/endpoint";
import { endpoint as endpoint109 } from "./admin/setup/second-administrator/endpoint";
import { endpoint as endpoint110 } from "./admin/users/endpoint";
import { endpoint as endpoint111 } from "./admin/users/[id]/endpoint";
import { endpoint as endpoint112 } from "./admin/users/[id]/duties/endpoint";
import { endpoint as endpoint113 } from "./admin/users/[id]/leave/endpoint";
import { endpoint as endpoint114 } from "./admin/users/[id]/memberships/endpoint";
import { endpoint as endpoint115 } from "./admin/users/[id]/rename/endpoint";
import { endpoint as endpoint116 } from "./admin/users/[id]/reset/endpoint";
import { endpoint as endpoint117 } from "./admin/users/[id]/resume/endpoint";
import { endpoint as endpoint118 } from "./admin/users/[id]/sign-out/endpoint";
import { endpoint as endpoint119 } from "./admin/users/[id]/suspend/endpoint";
import { endpoint as endpoint120 } from "./admin/webhooks/endpoint";
import { endpoint as endpoint121 } from "./admin/webhooks/[id]/deliveries/endpoint";
import { endpoint as endpoint122 } from "./admin/webhooks/[id]/deliveries/[delivery_id]/replay/endpoint";
import { endpoint as endpoint123 } from "./admin/webhooks/[id]/disable/endpoint";
import { endpoint as endpoint124 } from "./admin/webhooks/[id]/rotate/endpoint";
import { endpoint as endpoint125 } from "./agreements/endpoint";
import { endpoint as endpoint126 } from "./agreements/[id]/endpoint";
import { endpoint as endpoint127 } from "./agreements/[id]/agree/endpoint";
import { endpoint as endpoint128 } from "./agreements/[id]/refuse/endpoint";
import { endpoint as endpoint129 } from "./agreements/[id]/send-back/endpoint";
import { endpoint as endpoint130 } from "./agreements/[id]/withdraw/endpoint";
import { endpoint as endpoint131 } from "./alert-addresses/endpoint";
import { endpoint as endpoint132 } from "./alert-addresses/[id]/remove/endpoint";
import { endpoint as endpoint133 } from "./alert-addresses/[id]/test/endpoint";
import { endpoint as endpoint134 } from "./alert-thresholds/endpoint";
import { endpoint as endpoint135 } from "./alert-thresholds/[name]/endpoint";
import { endpoint as endpoint136 } from "./alerts/endpoint";
import { endpoint as endpoint137 } from "./alerts/[id]/endpoint";
import { endpoint as endpoint138 } from "./alerts/[id]/acknowledge/endpoint";
import { endpoint as endpoint139 } from "./alerts/[id]/resolve/endpoint";
import { endpoint as endpoint140 } from "./audit/endpoint";
import { endpoint as endpoint141 } from "./audit/actors/endpoint";
import { endpoint as endpoint142 } from "./audit/erasures/endpoint";
import { endpoint as endpoint143 } from "./audit/erasures/[id]/agreements/endpoint";
import { endpoint as endpoint144 } from "./audit/erasures/[id]/refusals/endpoint";
import { endpoint as endpoint145 } from "./audit/events/endpoint";
import { endpoint as endpoint146 } from "./audit/events/[seq]/endpoint";
import { endpoint as endpoint147 } from "./audit/events/[seq]/proof/endpoint";
import { endpoint as endpoint148 } from "./audit/export/endpoint";
import { endpoint as endpoint149 } from "./audit/exports/endpoint";
import { endpoint as endpoint150 } from "./audit/exports/[id]/endpoint";
import { endpoint as endpoint151 } from "./audit/exports/[id]/file/endpoint";
import { endpoint as endpoint152 } from "./audit/keys/endpoint";
import { endpoint as endpoint153 } from "./audit/log/checkpoint/endpoint";
import { endpoint as endpoint154 } from "./audit/log/tile/[level]/[...index]/endpoint";
import { endpoint as endpoint155 } from "./audit/log/tile/entries/[...index]/endpoint";
import { endpoint as endpoint156 } from "./audit/quarantine/endpoint";
import { endpoint as endpoint157 } from "./audit/quarantine/[id]/dismissals/endpoint";
import { endpoint as endpoint158 } from "./audit/retention/endpoint";
import { endpoint as endpoint159 } from "./audit/suspicions/endpoint";
import { endpoint as endpoint160 } from "./audit/verifications/endpoint";
import { endpoint as endpoint161 } from "./audit/verifications/[id]/endpoint";
import { endpoint as endpoint162 } from "./disputes/endpoint";
import { endpoint as endpoint163 } from "./disputes/[id]/endpoint";
import { endpoint as endpoint164 } from "./disputes/[id]/figures/endpoint";
import { endpoint as endpoint165 } from "./disputes/[id]/notes/endpoint";
import { endpoint as endpoint166 } from "./disputes/[id]/resolve/endpoint";
import { endpoint as endpoint167 } from "./disputes/[id]/take/endpoint";
import { endpoint as endpoint168 } from "./events/endpoint";
import { endpoint as endpoint169 } from "./home/endpoint";
import { endpoint as endpoint170 } from "./home/counts/endpoint";
import { endpoint as endpoint171 } from "./keys/endpoint";
import { endpoint as endpoint172 } from "./keys/[id]/endpoint";
import { endpoint as endpoint173 } from "./keys/[id]/challenge/endpoint";
import { endpoint as endpoint174 } from "./keys/[id]/proof/endpoint";
import { endpoint as endpoint175 } from "./keys/[id]/recovery/endpoint";
import { endpoint as endpoint176 } from "./keys/[id]/recovery/challenge/endpoint";
import { endpoint as endpoint177 } from "./keys/[id]/recovery/proof/endpoint";
import { endpoint as endpoint178 } from "./keys/[id]/recovery/refusals/endpoint";
import { endpoint as endpoint179 } from "./keys/[id]/recovery/statements/endpoint";
import { endpoint as endpoint180 } from "./keys/[id]/rotate/endpoint";
import { endpoint as endpoint181 } from "./keys/[id]/state/endpoint";
import { endpoint as endpoint182 } from "./keys/[id]/wraps/endpoint";
import { endpoint as endpoint183 } from "./keys/backup/endpoint";
import { endpoint as endpoint184 } from "./keys/escrow/endpoint";
import { endpoint as endpoint185 } from "./keys/escrow/[epoch]/destroy/endpoint";
import { endpoint as endpoint186 } from "./keys/escrow/rotate/endpoint";
import { endpoint as endpoint187 } from "./keys/register/endpoint";
import { endpoint as endpoint188 } from "./keys/rotate/endpoint";
import { endpoint as endpoint189 } from "./keys/rotations/endpoint";
import { endpoint as endpoint190 } from "./keys/rotations/[id]/endpoint";
import { endpoint as endpoint191 } from "./notices/endpoint";
import { endpoint as endpoint192 } from "./notifications/endpoint";
import { endpoint as endpoint193 } from "./notifications/marks/endpoint";
import { endpoint as endpoint194 } from "./notifications/settings/endpoint";
import { endpoint as endpoint195 } from "./policies/endpoint";
import { endpoint as endpoint196 } from "./policies/[number]/endpoint";
import { endpoint as endpoint197 } from "./policies/[number]/activate/endpoint";
import { endpoint as endpoint198 } from "./policies/[number]/decide/endpoint";
import { endpoint as endpoint199 } from "./policies/[number]/dry-runs/endpoint";
import { endpoint as endpoint200 } from "./policies/[number]/dry-runs/[id]/endpoint";
import { endpoint as endpoint201 } from "./policies/[number]/dry-runs/[id]/cancel/endpoint";
import { endpoint as endpoint202 } from "./policies/[number]/dry-runs/[id]/questions/endpoint";
import { endpoint as endpoint203 } from "./policies/[number]/schedule/endpoint";
import { endpoint as endpoint204 } from "./policies/[number]/submit/endpoint";
import { endpoint as endpoint205 } from "./policies/[number]/validate/endpoint";
import { endpoint as endpoint206 } from "./policies/[number]/withdraw/endpoint";
import { endpoint as endpoint207 } from "./policies/active/endpoint";
import { endpoint as endpoint208 } from "./policies/replays/endpoint";
import { endpoint as endpoint209 } from "./policies/replays/[id]/endpoint";
import { endpoint as endpoint210 } from "./policies/replays/[id]/cancel/endpoint";
import { endpoint as endpoint211 } from "./policies/roll-back/endpoint";
import { endpoint as endpoint212 } from "./policies/simulate/endpoint";
import { endpoint as endpoint213 } from "./search/endpoint";
import { endpoint as endpoint214 } from "./status/endpoint";
import { endpoint as endpoint215 } from "./transactions/endpoint";
import { endpoint as endpoint216 } from "./transactions/[id]/endpoint";
import { endpoint as endpoint217 } from "./transactions/[id]/access/endpoint";
import { endpoint as endpoint218 } from "./transactions/[id]/audit/endpoint";
import { endpoint as endpoint219 } from "./transactions/[id]/copies/endpoint";
import { endpoint as endpoint220 } from "./transactions/[id]/disputes/endpoint";
import { endpoint as endpoint221 } from "./transactions/[id]/disputes/[dispute_id]/notes/endpoint";
import { endpoint as endpoint222 } from "./transactions/[id]/disputes/[dispute_id]/resolve/endpoint";
import { endpoint as endpoint223 } from "./transactions/[id]/disputes/statement/endpoint";
import { endpoint as endpoint224 } from "./transactions/[id]/envelopes/endpoint";
import { endpoint as endpoint225 } from "./transactions/[id]/retention/endpoint";
import { endpoint as endpoint226 } from "./transactions/[id]/status/endpoint";
import { endpoint as endpoint227 } from "./transactions/batch/endpoint";
import { endpoint as endpoint228 } from "./transparency/endpoint";
import { endpoint as endpoint229 } from "./transparency/[quarter]/endpoint";

/** Every address of the API, by its folder. */
export const ENDPOINTS: EndpointTable = [
  ["access", endpoint0],
  ["access/break-glass", endpoint1],
  ["access/break-glass/[id]", endpoint2],
  ["access/break-glass/[id]/reviews", endpoint3],
  ["access/break-glass/statement", endpoint4],
  ["access/grants", endpoint5],
  ["access/grants/[id]", endpoint6],
  ["access/grants/[id]/release-ends", endpoint7],
  ["access/grants/[id]/revoke", endpoint8],
  ["access/logs", endpoint9],
  ["access/notices", endpoint10],
  ["access/notices/rules", endpoint11],
  ["access/openings", endpoint12],
  ["access/preservations", endpoint13],
  ["access/preservations/[id]/releases", endpoint14],
  ["access/preservations/[id]/renewals", endpoint15],
  ["access/releases", endpoint16],
  ["access/requests", endpoint17],
  ["access/requests/[id]", endpoint18],
  ["access/requests/[id]/authorizations", endpoint19],
  ["access/requests/[id]/authorizations/[authorization_id]/document", endpoint20],
  ["access/requests/[id]/authorizations/[authorization_id]/revocations", endpoint21],
  ["access/requests/[id]/authorizations/[authorization_id]/suspensions", endpoint22],
  ["access/requests/[id]/co-viewer-ends", endpoint23],
  ["access/requests/[id]/comments", endpoint24],
  ["access/requests/[id]/decisions", endpoint25],
  ["access/requests/[id]/extensions", endpoint26],
  ["access/requests/[id]/identity-checks", endpoint27],
  ["access/requests/[id]/notices", endpoint28],
  ["access/requests/[id]/objections", endpoint29],
  ["access/requests/[id]/partial-answers", endpoint30],
  ["access/requests/[id]/releases", endpoint31],
  ["access/requests/[id]/releases/[release_id]/words", endpoint32],
  ["access/requests/[id]/review", endpoint33],
  ["access/requests/[id]/statement", endpoint34],
  ["access/requests/[id]/submit", endpoint35],
  ["access/requests/[id]/withdraw", endpoint36],
  ["account", endpoint37],
  ["account/api-keys", endpoint38],
  ["account/api-keys/[id]/revoke", endpoint39],
  ["account/api-keys/[id]/rotate", endpoint40],
  ["account/api-keys/current", endpoint41],
  ["account/passkeys", endpoint42],
  ["account/passkeys/[id]/remove", endpoint43],
  ["account/passkeys/options", endpoint44],
  ["account/password", endpoint45],
  ["account/provider/finish", endpoint46],
  ["account/provider/remove", endpoint47],
  ["account/provider/start", endpoint48],
  ["account/recovery-codes", endpoint49],
  ["account/roster", endpoint50],
  ["account/roster/changes", endpoint51],
  ["account/roster/changes/[id]/agreements", endpoint52],
  ["account/roster/changes/[id]/refusals", endpoint53],
  ["account/sessions/[id]/end", endpoint54],
  ["account/sessions/end-others", endpoint55],
  ["account/sign-out", endpoint56],
  ["account/step-up", endpoint57],
  ["account/step-up/options", endpoint58],
  ["account/totp", endpoint59],
  ["account/totp/confirm", endpoint60],
  ["account/totp/remove", endpoint61],
  ["admin/access-reviews", endpoint62],
  ["admin/access-reviews/[id]", endpoint63],
  ["admin/access-reviews/[id]/decisions", endpoint64],
  ["admin/access-reviews/[id]/export", endpoint65],
  ["admin/access-reviews/[id]/result", endpoint66],
  ["admin/access-reviews/[id]/sign", endpoint67],
  ["admin/access-reviews/records/[id]", endpoint68],
  ["admin/access-reviews/records/[id]/export", endpoint69],
  ["admin/api-keys", endpoint70],
  ["admin/api-keys/[id]/revoke", endpoint71],
  ["admin/authorities", endpoint72],
  ["admin/authorities/[id]/confirmations", endpoint73],
  ["admin/authorities/[id]/crls", endpoint74],
  ["admin/authorities/[id]/revocations", endpoint75],
  ["admin/authorities/[id]/withdrawals", endpoint76],
  ["admin/background", endpoint77],
  ["admin/background/retry", endpoint78],
  ["admin/invitations", endpoint79],
  ["admin/invitations/[id]/resend", endpoint80],
  ["admin/invitations/[id]/withdraw", endpoint81],
  ["admin/organisations", endpoint82],
  ["admin/organisations/[id]", endpoint83],
  ["admin/organisations/[id]/access-reviewer", endpoint84],
  ["admin/organisations/[id]/agency", endpoint85],
  ["admin/organisations/[id]/hours", endpoint86],
  ["admin/organisations/[id]/provider", endpoint87],
  ["admin/organisations/[id]/provider/disconnect", endpoint88],
  ["admin/organisations/[id]/provider/test", endpoint89],
  ["admin/organisations/[id]/provider/test/finish", endpoint90],
  ["admin/organisations/[id]/provider/test/start", endpoint91],
  ["admin/organisations/[id]/provisioning", endpoint92],
  ["admin/organisations/[id]/provisioning/apply", endpoint93],
  ["admin/organisations/[id]/provisioning/tokens", endpoint94],
  ["admin/organisations/[id]/provisioning/tokens/[token_id]/revoke", endpoint95],
  ["admin/participants", endpoint96],
  ["admin/participants/[id]", endpoint97],
  ["admin/readiness", endpoint98],
  ["admin/readiness/backup", endpoint99],
  ["admin/readiness/drill", endpoint100],
  ["admin/readiness/mail", endpoint101],
  ["admin/readiness/policies", endpoint102],
  ["admin/requests", endpoint103],
  ["admin/requests/[id]/withdraw", endpoint104],
  ["admin/roster", endpoint105],
  ["admin/roster/draft", endpoint106],
  ["admin/roster/versions", endpoint107],
  ["admin/seal", endpoint108],
  ["admin/setup/second-administrator", endpoint109],
  ["admin/users", endpoint110],
  ["admin/users/[id]", endpoint111],
  ["admin/users/[id]/duties", endpoint112],
  ["admin/users/[id]/leave", endpoint113],
  ["admin/users/[id]/memberships", endpoint114],
  ["admin/users/[id]/rename", endpoint115],
  ["admin/users/[id]/reset", endpoint116],
  ["admin/users/[id]/resume", endpoint117],
  ["admin/users/[id]/sign-out", endpoint118],
  ["admin/users/[id]/suspend", endpoint119],
  ["admin/webhooks", endpoint120],
  ["admin/webhooks/[id]/deliveries", endpoint121],
  ["admin/webhooks/[id]/deliveries/[delivery_id]/replay", endpoint122],
  ["admin/webhooks/[id]/disable", endpoint123],
  ["admin/webhooks/[id]/rotate", endpoint124],
  ["agreements", endpoint125],
  ["agreements/[id]", endpoint126],
  ["agreements/[id]/agree", endpoint127],
  ["agreements/[id]/refuse", endpoint128],
  ["agreements/[id]/send-back", endpoint129],
  ["agreements/[id]/withdraw", endpoint130],
  ["alert-addresses", endpoint131],
  ["alert-addresses/[id]/remove", endpoint132],
  ["alert-addresses/[id]/test", endpoint133],
  ["alert-thresholds", endpoint134],
  ["alert-thresholds/[name]", endpoint135],
  ["alerts", endpoint136],
  ["alerts/[id]", endpoint137],
  ["alerts/[id]/acknowledge", endpoint138],
  ["alerts/[id]/resolve", endpoint139],
  ["audit", endpoint140],
  ["audit/actors", endpoint141],
  ["audit/erasures", endpoint142],
  ["audit/erasures/[id]/agreements", endpoint143],
  ["audit/erasures/[id]/refusals", endpoint144],
  ["audit/events", endpoint145],
  ["audit/events/[seq]", endpoint146],
  ["audit/events/[seq]/proof", endpoint147],
  ["audit/export", endpoint148],
  ["audit/exports", endpoint149],
  ["audit/exports/[id]", endpoint150],
  ["audit/exports/[id]/file", endpoint151],
  ["audit/keys", endpoint152],
  ["audit/log/checkpoint", endpoint153],
  ["audit/log/tile/[level]/[...index]", endpoint154],
  ["audit/log/tile/entries/[...index]", endpoint155],
  ["audit/quarantine", endpoint156],
  ["audit/quarantine/[id]/dismissals", endpoint157],
  ["audit/retention", endpoint158],
  ["audit/suspicions", endpoint159],
  ["audit/verifications", endpoint160],
  ["audit/verifications/[id]", endpoint161],
  ["disputes", endpoint162],
  ["disputes/[id]", endpoint163],
  ["disputes/[id]/figures", endpoint164],
  ["disputes/[id]/notes", endpoint165],
  ["disputes/[id]/resolve", endpoint166],
  ["disputes/[id]/take", endpoint167],
  ["events", endpoint168],
  ["home", endpoint169],
  ["home/counts", endpoint170],
  ["keys", endpoint171],
  ["keys/[id]", endpoint172],
  ["keys/[id]/challenge", endpoint173],
  ["keys/[id]/proof", endpoint174],
  ["keys/[id]/recovery", endpoint175],
  ["keys/[id]/recovery/challenge", endpoint176],
  ["keys/[id]/recovery/proof", endpoint177],
  ["keys/[id]/recovery/refusals", endpoint178],
  ["keys/[id]/recovery/statements", endpoint179],
  ["keys/[id]/rotate", endpoint180],
  ["keys/[id]/state", endpoint181],
  ["keys/[id]/wraps", endpoint182],
  ["keys/backup", endpoint183],
  ["keys/escrow", endpoint184],
  ["keys/escrow/[epoch]/destroy", endpoint185],
  ["keys/escrow/rotate", endpoint186],
  ["keys/register", endpoint187],
  ["keys/rotate", endpoint188],
  ["keys/rotations", endpoint189],
  ["keys/rotations/[id]", endpoint190],
  ["notices", endpoint191],
  ["notifications", endpoint192],
  ["notifications/marks", endpoint193],
  ["notifications/settings", endpoint194],
  ["policies", endpoint195],
  ["policies/[number]", endpoint196],
  ["policies/[number]/activate", endpoint197],
  ["policies/[number]/decide", endpoint198],
  ["policies/[number]/dry-runs", endpoint199],
  ["policies/[number]/dry-runs/[id]", endpoint200],
  ["policies/[number]/dry-runs/[id]/cancel", endpoint201],
  ["policies/[number]/dry-runs/[id]/questions", endpoint202],
  ["policies/[number]/schedule", endpoint203],
  ["policies/[number]/submit", endpoint204],
  ["policies/[number]/validate", endpoint205],
  ["policies/[number]/withdraw", endpoint206],
  ["policies/active", endpoint207],
  ["policies/replays", endpoint208],
  ["policies/replays/[id]", endpoint209],
  ["policies/replays/[id]/cancel", endpoint210],
  ["policies/roll-back", endpoint211],
  ["policies/simulate", endpoint212],
  ["search", endpoint213],
  ["status", endpoint214],
  ["transactions", endpoint215],
  ["transactions/[id]", endpoint216],
  ["transactions/[id]/access", endpoint217],
  ["transactions/[id]/audit", endpoint218],
  ["transactions/[id]/copies", endpoint219],
  ["transactions/[id]/disputes", endpoint220],
  ["transactions/[id]/disputes/[dispute_id]/notes", endpoint221],
  ["transactions/[id]/disputes/[dispute_id]/resolve", endpoint222],
  ["transactions/[id]/disputes/statement", endpoint223],
  ["transactions/[id]/envelopes", endpoint224],
  ["transactions/[id]/retention", endpoint225],
  ["transactions/[id]/status", endpoint226],
  ["transactions/batch", endpoint227],
  ["transparency", endpoint228],
  ["transparency/[quarter]", endpoint229],
];
