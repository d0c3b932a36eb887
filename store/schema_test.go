package store_test

import (
	"context"

	"marketbot/store"
	"marketbot/store/storetest"
)

// What is to be entered here of every table: its migration, its columns that
// hold no words of people, and how the others are tried.

// released are the migrations with their SHA-256: none is edited any more. What
// is to change is a new one, which comes last.
var released = map[string]string{
	"0017_core.sql":          "91eb5aa5c518478f5247845cea04cc3092363f96c475ec2ad4bab75fce75181c",
	"0018_inbox.sql":         "f0bbe70198f7e1612f7753a081bca9eefd89a36e1b0706119bfc7b57631cdd82",
	"0019_outbox.sql":        "e74ad2585c824b982ac4eed8c19cff528c7810bc48a0328b38cb367511bef32e",
	"0020_audit.sql":         "9ee6fd58a05baa740c29394ef367f157e57c84a45b772bd5d85f23499fefee1a",
	"0021_people.sql":        "d590f445685613aaf5c00208bb274cdc44304a58cbb25951001082ed632e5a57",
	"0022_leave.sql":         "997edc13aa3da3dfa1df9edd24dea454531dd6bcb30fa864e146f930470c275a",
	"0023_trip.sql":          "ee23f61fd5ffc9fe894ea7fee467801ebac3c5726c97a03ee28e0228d5d84358",
	"0024_report.sql":        "3668234976021fed0fb8cb2d07645543b8cd9f60e203cfd55a7145bfa1205c8f",
	"0025_request.sql":       "468ae22b8f9cf6d51f393c8a5ad240acc922ea39c7cf9bcdb3e8dd6ad065c1a9",
	"0026_lead.sql":          "26ec733374d9bd65a1a84a3ef961ce969bbfb37d3a69175f24d4d5e12586c862",
	"0027_file.sql":          "94bfc87d544480818f8b5efa8b37fc63f6a03c13e5accf27d6eff83668f2708d",
	"0028_name.sql":          "b98be6599d341d9ffe5a41ae69dc407aa9b070d2501e2acc4172f783ca0f27f8",
	"0029_said.sql":          "47381620a3e0ec1fd106226ac876ed65845c37410712f859eb4ce48ecacf8998",
	"0030_person_change.sql": "a97f14918f891479fb388ed096076cd397cc4266ec932e22ffb4458a4a50af33",
	"0033_asked.sql":         "3260c9a848b0aa0cc37a2bc34b0c969bf32623a6282e58a0483659233bb2038d",
	"0035_outbox_cause.sql":  "6d1c3976991ef278f0e99215ef42e256779994b7ebe2752558f8a8b69f4407ac",
	"0041_account.sql":       "6066e06b18ffb440a4422ae426349419fb5d358439c7d20c80bdf04a97ff9dda",
	"0042_leave_begins.sql":  "ef1513e0c3afce4416f077876581019f49db1be1c2051473743bc680ed1c236f",
	"0043_doubt.sql":         "11c9c2072162c4c314ca1995fb79e1e39aeb7e887da976100ca636d06b0031e9",
	"0044_contract.sql":      "e055300f4262cce60b4bf71e9cae1e248caf88625ee742ef85d5ed662857bfeb",
	"0050_activity.sql":      "eaf3beb1dfac4d96a838b9c5a1f7e81cbdbf40dfdd98568e065b57543e532b5f",
	"0064_one_row.sql":       "fc9c788a81d8094940346cf46d6036437228db6164e311106bb308ff0b39fec7",
	"0065_check_in_at.sql":   "9a9ae34b81a978a0bd334695f1fbb8581841c55844de2a589514d5d8ad5093f9",
	"0057_meeting.sql":       "c4486065866d47986b69da9d4227f638a1ca98f6f5d5cda5d4a26b84996c7d7d",
	"0058_decision.sql":      "36ed8a2ff6415b1dc896c890cfbec3bce491f159fb1ef985c001e230324f5543",
	"0059_minutes.sql":       "d793fc588bc35aeb64ad277e933aa3d5c09409247e66af13310244df2cac94d9",
	"0045_money.sql":         "6232dd43ceea4db1996536ad88c558fce048e3a717347c143baa01aae2a599a4",
	"0047_tenure_proof.sql":  "83532452c37049712533c8ec79f8c6217be43d2f5947ff4357c742d6e1581ceb",
	"0037_proof.sql":         "cdc0920e6169e847c1289978b3a23d88663953a0f65db2ab03d29f52c2bb3628",
	"0074_photo.sql":         "72da55a9193cfcc36e1bce959f6cdbd60e1d6f9212d75109dbdd31726e91c402",
	"0051_target.sql":        "1702a3a834ecea568aac9659e5260d71135fd4b3787369730350c1e22c1881aa",
	"0052_month.sql":         "376b47e0f9e1d3e94038041e70a2e8e01a99ee96d8ac69a2b1131b8098397688",
	"0053_money_day.sql":     "056fc2c3edf5c6a6bdbee9b2a334f52c1791602d13a7f9477c044b7499eff46e",
	"0054_progress.sql":      "54865381b97e31360b3abb348e94dfb8ef93292474f6f5086f378b18dfd4f2f9",
	"0061_incident.sql":      "842710427226acb7c74e230dee310c7b792479be9f17ba341a6c8fcd224ff9f1",
	"0072_shown.sql":         "46d12bd23742f5befe11bf52ac86aff8f03c4df39f030e74faf9dcefda8ea4a5",
	"0067_retention.sql":     "5a13c6e203cf3fcc556af7da92389549820b82821d623966d5d4ae719bcc74eb",
	"0066_setting.sql":       "c4efe74778a2a0d20153c45d3ba0e459590b473923771fa19b8e525b87a5a26c",
	"0060_departure.sql":     "2fb58f481453c55b2ac864e6730def20006c021ab70e37661104899b130de121",
	"0049_card.sql":          "c8368a08ddfca4a14cb9343e40e96202c199c0718c298f0c56e4cddf71a732cb",
	"0070_open_until.sql":    "7210eff4b6e59e7594377fc15d565300e8b5f20a5f96742b85e1a5c2f66caf26",
	"0071_found.sql":         "dd3f79480d71b0b69d045bd05164850acaf9906616af7bd1b849607095b646a7",
	"0081_course.sql":        "6002a0386a98f47d0c3e51b6aaeaa14e777cf98d837b485363d28087267b3973",
	"0082_bounds.sql":        "ac147c4f7c438b56d82da6d576d02e785ee4bb601baf33543952699ccfbccfe6",
	"0083_request_proof.sql": "e138c152928e36f82765ad68db05eac5b7baf5c9d6ec1d7e1eabc3e2e32a72cf",
}

// notWords are the columns of text that hold no free words of people, table by
// table: ids, codes, days, states, keys and proofs, which the program makes. Of
// the names among them, which rest as they are so that they can be found, only
// plain ones are taken (see [store.Plain]).
const notWords = `
meta: name value
counter: name
inbox: platform id
act: id
outbox: id key platform address person state error claimed_by print cause about card
firing: job state
audit: id person act subject outcome clause ref customer trace grant_id mac post basis
chain: entry sum
chain_state: name value
dialog: person prefix
confirmation: code person version
undo: id person command ref told
person: id name post duties proof awaits notice
incident: code state
departure: id person kind state last_day
departure_act: id departure by_person act
handed: departure kind ref state taker by_person
person_change: code person kind was post duties platform account asks by_person state decider proof
account: platform id person proof
tenure: id person kind name proof
leave: id person first_day last_day by_person
binding: code person proof
wrong_code: platform account
acknowledgement: person version
seed: name content person
setting: id name
trip: id person first_day last_day planned
trip_change: id trip cause was becomes
check_in: id person day
report: id person week
consolidated: week person
report_comment: id week person
report_reading: week person
report_chase: person
customer: id name owner stage author data_key mac
customer_owner: id customer person by_person mac
customer_person: id customer author erased_by data_key
customer_name: id customer name folded kind plain
customer_phone: fact customer token
fact: id customer person field author checked_by until_by
progress: id customer author stage next_day
customer_stage: id customer was stage mac
stall: id customer by_person until_day
promise: id customer month kept by_person
request: code kind asker customer state by_person proof
access_grant: id person customer by_person proof
delegation: id person first_day last_day by_person proof
contract: number folded series customer holder state claimed signed due ended open_until moved
contract_act: id contract by_person act
activity: code state first_day last_day
activity_act: id activity by_person act
photo: id activity person
target: id person month measure by_person corrects
frozen_month: month by_person proof
kept_table: month name hash
meeting: code kind month state
agenda_item: code meeting state
meeting_note: id meeting item kind person by_person
meeting_act: id thing by_person act
decision: code state owner due
minutes: id
shown: id
money: id code kind contract customer holder day by_person ref
lead: code customer giver state by_person activity
replica: id
chat_note: platform address note
said: key
`

// texts store hostile words in every column that takes words of people, and read
// them back under names for people.
var texts = []struct {
	write func(ctx context.Context, tx *store.Tx, i int, s string) error
	read  func(ctx context.Context, tx *store.Tx, i int, s string, got map[string]string) error
}{
	{storetest.WriteTexts, readTexts},
	{writeFile, readFile},
	{storetest.WriteContract, readContract},
	{storetest.WriteMoney, readMoney},
	{storetest.WriteActivity, readActivity},
	{storetest.WritePhoto, readPhoto},
	{storetest.WriteTarget, readTarget},
	{storetest.WriteStall, readStall},
	{storetest.WriteDeparture, readDeparture},
	{storetest.WriteMeeting, readMeeting},
	{storetest.WriteIncident, readIncident},
	{storetest.WriteShown, readShown},
	{storetest.WriteSetting, readSetting},
}

func readTexts(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadTexts(ctx, tx, i, got)
}

func readContract(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadContract(ctx, tx, i, got)
}

func readMoney(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadMoney(ctx, tx, i, got)
}

func readActivity(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadActivity(ctx, tx, i, got)
}

func readPhoto(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadPhoto(ctx, tx, i, got)
}

func readTarget(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadTarget(ctx, tx, i, got)
}

func readStall(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadStall(ctx, tx, i, got)
}

func readDeparture(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadDeparture(ctx, tx, i, got)
}

func readMeeting(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadMeeting(ctx, tx, i, got)
}

func readIncident(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadIncident(ctx, tx, i, got)
}

func readShown(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadShown(ctx, tx, i, got)
}

func readSetting(ctx context.Context, tx *store.Tx, i int, _ string, got map[string]string) error {
	return storetest.ReadSetting(ctx, tx, i, got)
}
