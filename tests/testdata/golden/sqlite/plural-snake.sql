-- create table users
CREATE TABLE `users` (`id` text NOT NULL,`name` text NOT NULL,`email` text NOT NULL,`email_verified` numeric NOT NULL,`image` text,`created_at` datetime NOT NULL,`updated_at` datetime NOT NULL,PRIMARY KEY (`id`));
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
-- create table rate_limits
CREATE TABLE `rate_limits` (`id` text NOT NULL,`key` text NOT NULL,`count` integer NOT NULL,`last_request` integer NOT NULL,PRIMARY KEY (`id`));
CREATE INDEX `rate_limits_last_request_idx` ON `rate_limits`(`last_request`);
CREATE UNIQUE INDEX `rate_limits_key_uidx` ON `rate_limits`(`key`);
