-- create table sessions
CREATE TABLE `sessions` (`id` text NOT NULL,`user_id` text NOT NULL,`token` text NOT NULL,`expires_at` datetime NOT NULL,`ip_address` text,`user_agent` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_sessions_user_id` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE);
CREATE INDEX `sessions_expires_at_idx` ON `sessions`(`expires_at`);
CREATE UNIQUE INDEX `sessions_token_uidx` ON `sessions`(`token`);
CREATE INDEX `sessions_user_id_idx` ON `sessions`(`user_id`);
-- create table users
CREATE TABLE `users` (`id` text NOT NULL,`name` text NOT NULL,`email` text NOT NULL,`email_verified` numeric NOT NULL,`image` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,`api_token` text,`banned` numeric,`born_on` datetime NOT NULL,`bytes` integer,`count` integer,`favourite_id` text,`huge_text` text,`lang` text,`made_up` text,`medium_text` text NOT NULL,`position` integer,`ratio` real,`required_big_int` integer NOT NULL,`required_boolean` numeric NOT NULL,`required_date` datetime NOT NULL,`required_enum` text NOT NULL,`required_float` real NOT NULL,`required_json` text NOT NULL,`required_number` integer NOT NULL,`required_numbers` text NOT NULL,`required_strings` text NOT NULL,`required_text` text NOT NULL,`short_key` text NOT NULL,`updated_on` datetime,PRIMARY KEY (`id`),CONSTRAINT `fk_users_favourite_id` FOREIGN KEY (`favourite_id`) REFERENCES `sessions`(`id`) ON DELETE NO ACTION);
CREATE UNIQUE INDEX `users_short_key_uidx` ON `users`(`short_key`);
CREATE UNIQUE INDEX `users_position_uidx` ON `users`(`position`);
CREATE INDEX `users_favourite_id_idx` ON `users`(`favourite_id`);
CREATE INDEX `users_born_on_idx` ON `users`(`born_on`);
CREATE UNIQUE INDEX `users_email_uidx` ON `users`(`email`);
-- create table accounts
CREATE TABLE `accounts` (`id` text NOT NULL,`user_id` text NOT NULL,`account_id` text NOT NULL,`provider_id` text NOT NULL,`access_token` text,`refresh_token` text,`id_token` text,`access_token_expires_at` datetime,`refresh_token_expires_at` datetime,`scope` text,`password` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`),CONSTRAINT `fk_accounts_user_id` FOREIGN KEY (`user_id`) REFERENCES `users`(`id`) ON DELETE CASCADE);
CREATE UNIQUE INDEX `accounts_provider_id_account_id_uidx` ON `accounts`(`provider_id`,`account_id`);
CREATE INDEX `accounts_user_id_idx` ON `accounts`(`user_id`);
-- create table verifications
CREATE TABLE `verifications` (`id` text NOT NULL,`identifier` text NOT NULL,`value` text NOT NULL,`expires_at` datetime NOT NULL,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `verifications_expires_at_idx` ON `verifications`(`expires_at`);
CREATE INDEX `verifications_identifier_idx` ON `verifications`(`identifier`);
