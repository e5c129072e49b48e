-- add column users.desk_count
ALTER TABLE "users" ADD "desk_count" int DEFAULT 0 WITH VALUES;
-- create table desks
CREATE TABLE "desks" ("id" nvarchar(36) NOT NULL,"owner_id" nvarchar(36) NOT NULL,"lender_id" nvarchar(36),"label" nvarchar(255) NOT NULL,"room" nvarchar(80) NOT NULL,"seats" int NOT NULL,"height" float NOT NULL,"lamp" bit NOT NULL,"booked_at" datetimeoffset(3),"created_at" datetimeoffset(3) NOT NULL,PRIMARY KEY ("id"),CONSTRAINT "fk_desks_lender_id" FOREIGN KEY ("lender_id") REFERENCES "sessions"("id") ON DELETE NO ACTION,CONSTRAINT "fk_desks_owner_id" FOREIGN KEY ("owner_id") REFERENCES "users"("id") ON DELETE CASCADE);
CREATE UNIQUE INDEX "desks_room_label_uidx" ON "desks"("room","label");
CREATE INDEX "desks_lender_id_idx" ON "desks"("lender_id");
CREATE INDEX "desks_owner_id_idx" ON "desks"("owner_id");
CREATE INDEX "desks_owner_id_booked_at_idx" ON "desks"("owner_id","booked_at");
-- create table desk_key_handovers
CREATE TABLE "desk_key_handovers" ("id" nvarchar(36) NOT NULL,"desk_id" nvarchar(36) NOT NULL,"details" nvarchar(max),"handed_on_at" datetimeoffset(3) NOT NULL,"key_number" int NOT NULL,"note" nvarchar(max),"previous_id" nvarchar(36),PRIMARY KEY ("id"),CONSTRAINT "fk_desk_key_handovers_desk_id" FOREIGN KEY ("desk_id") REFERENCES "desks"("id") ON DELETE CASCADE,CONSTRAINT "fk_desk_key_handovers_previous_id" FOREIGN KEY ("previous_id") REFERENCES "desk_key_handovers"("id") ON DELETE NO ACTION);
CREATE INDEX "desk_key_handovers_previous_id_idx" ON "desk_key_handovers"("previous_id");
CREATE UNIQUE INDEX "desk_key_handovers_key_number_previous_id_uidx" ON "desk_key_handovers"("key_number","previous_id") WHERE "previous_id" IS NOT NULL;
CREATE INDEX "desk_key_handovers_handed_on_at_idx" ON "desk_key_handovers"("handed_on_at");
CREATE UNIQUE INDEX "desk_key_handovers_desk_id_key_number_handed_on_at_uidx" ON "desk_key_handovers"("desk_id","key_number","handed_on_at");
