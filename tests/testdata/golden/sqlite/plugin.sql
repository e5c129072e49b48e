-- create table users
CREATE TABLE `users` (`id` text NOT NULL,`name` text NOT NULL,`email` text NOT NULL,`email_verified` numeric NOT NULL,`image` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,`desk_count` integer,PRIMARY KEY (`id`));
CREATE UNIQUE INDEX `users_email_uidx` ON `users`(`email`);
-- create table sessions
CREATE TABLE `sessions` (`id` text NOT NULL,`user_id` text NOT NULL,`token` text NOT NULL,`expires_at` datetime NOT NULL,`ip_address` text,`user_agent` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_sessions_user_id` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE);
CREATE INDEX `sessions_expires_at_idx` ON `sessions`(`expires_at`);
CREATE UNIQUE INDEX `sessions_token_uidx` ON `sessions`(`token`);
CREATE INDEX `sessions_user_id_idx` ON `sessions`(`user_id`);
-- create table accounts
CREATE TABLE `accounts` (`id` text NOT NULL,`user_id` text NOT NULL,`account_id` text NOT NULL,`provider_id` text NOT NULL,`access_token` text,`refresh_token` text,`id_token` text,`access_token_expires_at` datetime,`refresh_token_expires_at` datetime,`scope` text,`password` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_accounts_user_id` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `accounts_provider_id_account_id_uidx` ON `accounts`(`provider_id`,`account_id`);
CREATE INDEX `accounts_user_id_idx` ON `accounts`(`user_id`);
-- create table verifications
CREATE TABLE `verifications` (`id` text NOT NULL,`identifier` text NOT NULL,`value` text NOT NULL,`expires_at` datetime NOT NULL,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `verifications_expires_at_idx` ON `verifications`(`expires_at`);
CREATE INDEX `verifications_identifier_idx` ON `verifications`(`identifier`);
-- create table desks
CREATE TABLE `desks` (`id` text NOT NULL,`owner_id` text NOT NULL,`lender_id` text,`label` text NOT NULL,`room` text NOT NULL,`seats` integer NOT NULL,`height` real NOT NULL,`lamp` numeric NOT NULL,`booked_at` datetime,`created_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_desks_lender_id` FOREIGN KEY (`lender_id`) REFERENCES `sessions`(`id`) ON DELETE SET NULL,CONSTRAINT `fk_desks_owner_id` FOREIGN KEY (`owner_id`) REFERENCES `users`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `desks_room_label_uidx` ON `desks`(`room`,`label`);
CREATE INDEX `desks_lender_id_idx` ON `desks`(`lender_id`);
CREATE INDEX `desks_owner_id_idx` ON `desks`(`owner_id`);
CREATE INDEX `desks_owner_id_booked_at_idx` ON `desks`(`owner_id`,`booked_at`);
-- create table desk_key_handovers
CREATE TABLE `desk_key_handovers` (`id` text NOT NULL,`desk_id` text NOT NULL,`details` text,`handed_on_at` datetime NOT NULL,`key_number` integer NOT NULL,`note` text,`previous_id` text,PRIMARY KEY (`id`),CONSTRAINT `fk_desk_key_handovers_desk_id` FOREIGN KEY (`desk_id`) REFERENCES `desks`(`id`) ON DELETE CASCADE,CONSTRAINT `fk_desk_key_handovers_previous_id` FOREIGN KEY (`previous_id`) REFERENCES `desk_key_handovers`(`id`) ON DELETE CASCADE);
CREATE INDEX `desk_key_handovers_previous_id_idx` ON `desk_key_handovers`(`previous_id`);
CREATE UNIQUE INDEX `desk_key_handovers_key_number_previous_id_uidx` ON `desk_key_handovers`(`key_number`,`previous_id`);
CREATE INDEX `desk_key_handovers_handed_on_at_idx` ON `desk_key_handovers`(`handed_on_at`);
CREATE UNIQUE INDEX `desk_key_handovers_desk_id_key_number_handed_on_at_uidx` ON `desk_key_handovers`(`desk_id`,`key_number`,`handed_on_at`);
